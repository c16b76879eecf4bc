// The tokens that a node takes, as an operator writes them down (docs/security.md):
//
//   line    = name blanks digest blanks rights       # a comment, and blank lines, are skipped
//   name    = 1 to 64 of A-Z a-z 0-9 . _ -           several tokens may have one name
//   digest  = SHA-256 of the token, 64 hexadecimal digits
//   rights  = some of submit, read, admin, all, with commas
//
// Must not know: files, tokens themselves, how they are compared.
#pragma once

#include "actors/core/client_access.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::core {

inline constexpr std::size_t max_token_name = 64;
inline constexpr std::size_t max_tokens = 10'000;

using token_digest = std::array<std::uint8_t, 32>;

struct token_entry {
  token_digest digest{};
  client_access access;
  friend bool operator==(const token_entry&, const token_entry&) = default;
};

struct token_table {
  std::vector<token_entry> entries;
  std::string problem; ///< "FILE:LINE: what is wrong"; empty: all is well
};

/// `file` is for the problem alone. A table without tokens is a problem, too.
token_table parse_tokens(std::string_view text, const std::string& file);

/// What is wrong with a name; empty when it is one.
std::string problem_of_token_name(std::string_view name);
/// Takes a list of rights into `access`. What is wrong with it; empty when all is well.
std::string take_rights(std::string_view list, client_access& access);

/// A line as `parse_tokens` reads it, without its end.
std::string token_line(const token_entry& entry);

} // namespace evenkeel::core
