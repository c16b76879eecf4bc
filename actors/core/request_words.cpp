#include "actors/core/request_words.hpp"

#include "actors/core/client_limits.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace evenkeel::core {

namespace {

constexpr char lowered(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

std::string_view take_word(std::string_view& rest) {
  std::size_t begin = 0;
  while (begin < rest.size() && is_blank(rest[begin]))
    ++begin;
  auto end = begin;
  while (end < rest.size() && !is_blank(rest[end]))
    ++end;
  const auto word = rest.substr(begin, end - begin);
  rest.remove_prefix(end);
  return word;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return lowered(x) == lowered(y);
         });
}

std::optional<std::uint64_t> parse_digits(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit))
    return std::nullopt;
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc{} ? number : std::numeric_limits<std::uint64_t>::max();
}

std::optional<std::int64_t> parse_seconds(std::string_view text) {
  const auto point = text.find('.');
  const auto seconds = parse_digits(text.substr(0, point));
  if (!seconds || *seconds > max_timeout_seconds)
    return std::nullopt;
  const auto whole_ms = static_cast<std::int64_t>(*seconds) * 1000;
  if (point == std::string_view::npos)
    return whole_ms;
  std::string decimals{text.substr(point + 1)};
  if (decimals.size() > 9 || !parse_digits(decimals))
    return std::nullopt;
  decimals.resize(9, '0');
  const auto nanoseconds = static_cast<std::int64_t>(*parse_digits(decimals));
  return whole_ms + (nanoseconds + 999'999) / 1'000'000;
}

std::string shown(std::string_view text) {
  constexpr std::size_t most = 60;
  std::string result{text.substr(0, most)};
  for (auto& c : result)
    if (c < ' ' || c > '~')
      c = c == '\t' ? ' ' : '?';
  if (text.size() > most)
    result += "...";
  return result;
}

} // namespace evenkeel::core
