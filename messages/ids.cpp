#include "messages/ids.hpp"

#include <charconv>

namespace evenkeel {

namespace {

constexpr std::size_t digits_per_half = 16;

void append_hex(std::string& text, std::uint64_t value) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4)
    text.push_back(digits[(value >> shift) & 0xfU]);
}

bool parse_hex(std::string_view text, std::uint64_t& value) {
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, 16);
  return error == std::errc{} && stop == end;
}

} // namespace

std::string to_text(const ledger_id& id) {
  std::string text;
  text.reserve(2 * digits_per_half);
  append_hex(text, id.high);
  append_hex(text, id.low);
  return text;
}

ledger_id ledger_id_from_text(std::string_view text) {
  ledger_id id;
  if (text.size() != 2 * digits_per_half || !parse_hex(text.substr(0, digits_per_half), id.high)
      || !parse_hex(text.substr(digits_per_half), id.low))
    return {};
  return id;
}

} // namespace evenkeel
