// The `name=value` words of a request line, and the body that two of them announce.
// Must not know: verbs, sessions, what a job is.
#pragma once

#include "actors/core/client_limits.hpp"
#include "actors/core/parsed_request.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace evenkeel::core {

/// Reads options one after another: each known, each once, its value percent-decoded. What does not
/// fit refuses the request.
class option_reader {
public:
  /// `known` has at most 32 names, in lower case.
  option_reader(std::span<const std::string_view> known, parsed_request& into)
      : known_{known}, into_{into} {}

  /// The option's place in `known`; nothing: the request is refused now. `word` holds a `=`.
  std::optional<std::size_t> take(std::string_view word);
  /// Of the option taken last, decoded.
  [[nodiscard]] const std::string& value() const { return value_; }

private:
  std::span<const std::string_view> known_;
  parsed_request& into_;
  std::uint32_t seen_ = 0;
  std::string value_;
};

/// "a=, b= and c="
std::string option_names(std::span<const std::string_view> known);

/// Finds the body that `bytes=N` (in any request) or `until=WORD` (where `until_counts`) announces
/// among the words before a standalone `--`. False: malformed or too big, the request is refused
/// and the connection to be closed, because nobody knows where the body ends.
bool find_body(std::string_view rest, bool until_counts, const client_limits& limits,
               parsed_request& into);

} // namespace evenkeel::core
