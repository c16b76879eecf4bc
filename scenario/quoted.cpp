#include "scenario/quoted.hpp"

namespace evenkeel::scenario {

std::string shown(std::string_view text, std::size_t most) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr unsigned half = 16;
  std::string result;
  for (const auto c : text) {
    std::string piece{c};
    if (c < ' ' || c > '~') {
      const auto byte = static_cast<unsigned char>(c);
      piece = {'\\', 'x', digits[byte / half], digits[byte % half]};
    }
    if (result.size() + piece.size() > most)
      return result + "...";
    result += piece;
  }
  return result;
}

std::string quoted(std::string_view word) {
  constexpr std::size_t most = 60;
  return '"' + shown(word, most) + '"';
}

} // namespace evenkeel::scenario
