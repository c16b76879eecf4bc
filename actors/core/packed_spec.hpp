// A job's spec in one block of memory: a queue of a million jobs is mostly these, and two strings
// in a struct of their own cost 64 bytes more than what they say.
// Owns the block; empty when default-constructed. Must not know: whose job it is.
#pragma once

#include "messages/job.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace evenkeel::core {

class packed_spec {
public:
  packed_spec() = default;
  explicit packed_spec(const job_spec& spec);

  /// There is a spec. The rest only if so.
  explicit operator bool() const { return block_ != nullptr; }
  [[nodiscard]] job_spec unpack() const;
  [[nodiscard]] job_kind kind() const;
  [[nodiscard]] bool once() const;
  [[nodiscard]] std::uint32_t sleep_ms() const;
  [[nodiscard]] std::string_view text() const;
  /// What size_of tells of the spec.
  [[nodiscard]] std::size_t size() const;

private:
  struct header;
  [[nodiscard]] header head() const;

  std::unique_ptr<char[]> block_; ///< header, text, body
};

} // namespace evenkeel::core
