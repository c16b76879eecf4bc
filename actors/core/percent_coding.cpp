#include "actors/core/percent_coding.hpp"

namespace evenkeel::core {

namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

bool printable(char c) {
  return c > ' ' && c <= '~';
}

int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return -1;
}

} // namespace

void append_percent_encoded(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (printable(c) && c != '%') {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(hex_digits[byte >> 4U]);
    out.push_back(hex_digits[byte & 15U]);
  }
}

std::optional<std::string> percent_decoded(std::string_view value) {
  std::string decoded;
  decoded.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!printable(value[i]))
      return std::nullopt;
    if (value[i] != '%') {
      decoded.push_back(value[i]);
      continue;
    }
    if (value.size() - i < 3)
      return std::nullopt;
    const auto high = hex_value(value[i + 1]);
    const auto low = hex_value(value[i + 2]);
    if (high < 0 || low < 0)
      return std::nullopt;
    decoded.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return decoded;
}

} // namespace evenkeel::core
