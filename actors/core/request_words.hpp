// The words and numbers that request lines are made of.
// Must not know: verbs, options, sessions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::core {

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Cuts the next word off `rest`, which then begins with the blank behind it. Empty: no more words.
std::string_view take_word(std::string_view& rest);

/// What is left, without blanks at either end.
std::string_view trimmed(std::string_view text);

/// Equal but for the case of ASCII letters.
bool same_word(std::string_view a, std::string_view b);

/// Digits and nothing else; what does not fit is the largest number.
std::optional<std::uint64_t> parse_digits(std::string_view text);

/// Seconds with up to nine decimals ("5", "0.5") as milliseconds, rounded up. Nothing for any other
/// form and beyond `max_timeout_seconds`.
std::optional<std::int64_t> parse_seconds(std::string_view text);

/// A client's own bytes for a message to it: printable, on one line, not long.
std::string shown(std::string_view text);

} // namespace evenkeel::core
