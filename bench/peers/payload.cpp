#include "bench/peers/payload.hpp"

#include <random>

namespace evenkeel::bench {

std::string padded(std::uint64_t value, std::size_t digits) {
  auto text = std::to_string(value);
  return std::string(digits > text.size() ? digits - text.size() : 0, '0') + text;
}

payload::payload(std::uint32_t client) : text_(padded(client, client_digits)) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  text_.append(number_digits, '0');
  std::mt19937 random{client};
  std::uniform_int_distribution<std::size_t> any{0, letters.size() - 1};
  while (text_.size() < size)
    text_ += letters[any(random)];
}

std::string_view payload::next() {
  for (auto at = id_size; at-- > client_digits;) {
    if (text_[at] != '9') {
      ++text_[at];
      break;
    }
    text_[at] = '0';
  }
  return text_;
}

} // namespace evenkeel::bench
