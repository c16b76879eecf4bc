#include "messages/ticket.hpp"

#include <algorithm>
#include <array>

namespace evenkeel {

namespace {

constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::string_view first_letters = "abcdefghjkmnpqstvwxyz"; // no r: `r<ticket>` is a verb
constexpr std::size_t code_size = 5;
constexpr std::size_t max_sequence_size = 13;

constexpr std::array<std::int8_t, 256> make_values() {
  std::array<std::int8_t, 256> values{};
  for (auto& value : values)
    value = -1;
  const auto set = [&values](char c, int value) {
    values[static_cast<unsigned char>(c)] = static_cast<std::int8_t>(value);
    if (c >= 'a' && c <= 'z')
      values[static_cast<unsigned char>(c - 'a' + 'A')] = static_cast<std::int8_t>(value);
  };
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    set(alphabet[i], static_cast<int>(i));
  set('o', 0);
  set('i', 1);
  set('l', 1);
  return values;
}

constexpr auto values = make_values();

int value_of(char c) {
  return values[static_cast<unsigned char>(c)];
}

/// Product in GF(32) with the primitive polynomial x^5 + x^2 + 1.
unsigned multiply_by_x(unsigned a) {
  a <<= 1U;
  return (a & 0x20U) != 0 ? (a ^ 0x25U) : a;
}

/// Horner's scheme: digit i is weighted with x^(distance from the end). The weights of up to 31
/// places all differ, so one changed digit or two swapped ones always change the sum.
unsigned check_of(std::string_view code, std::string_view sequence) {
  unsigned sum = 0;
  for (auto part : {code, sequence})
    for (char c : part)
      sum = multiply_by_x(sum ^ static_cast<unsigned>(value_of(c)));
  return sum;
}

std::string sequence_text(std::uint64_t sequence) {
  std::string text;
  do {
    text.push_back(alphabet[sequence & 31U]);
    sequence >>= 5U;
  } while (sequence != 0);
  std::reverse(text.begin(), text.end());
  return text;
}

std::optional<std::uint64_t> sequence_from(std::string_view digits) {
  std::uint64_t sequence = 0;
  for (char c : digits) {
    if ((sequence >> 59U) != 0)
      return std::nullopt;
    sequence = (sequence << 5U) | static_cast<std::uint64_t>(value_of(c));
  }
  return sequence;
}

/// Lower case with the look-alikes resolved; nothing where a character is not of the alphabet.
std::optional<std::string> canonical(std::string_view text) {
  std::string result;
  for (char c : text) {
    const auto value = value_of(c);
    if (value < 0)
      return std::nullopt;
    result.push_back(alphabet[static_cast<std::size_t>(value)]);
  }
  return result;
}

std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 33U;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33U;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33U);
}

} // namespace

std::string to_text(const ticket& t) {
  const auto digits = sequence_text(t.sequence);
  std::string text;
  text.reserve(t.code.size() + digits.size() + 2);
  text.append(t.code).push_back('-');
  text.append(digits).push_back(alphabet[check_of(t.code, digits)]);
  return text;
}

std::optional<ticket> ticket_from_text(std::string_view text) {
  if (text.size() < code_size + 3 || text.size() > code_size + 2 + max_sequence_size
      || text[code_size] != '-')
    return std::nullopt;
  const auto code = canonical(text.substr(0, code_size));
  const auto rest = canonical(text.substr(code_size + 1));
  if (!code || !rest || !valid_ledger_code(*code))
    return std::nullopt;
  const auto digits = std::string_view{*rest}.substr(0, rest->size() - 1);
  if (digits.front() == '0' || rest->back() != alphabet[check_of(*code, digits)])
    return std::nullopt;
  const auto sequence = sequence_from(digits);
  if (!sequence)
    return std::nullopt;
  return ticket{*code, *sequence};
}

std::string ledger_code(std::uint64_t high, std::uint64_t low, std::uint32_t attempt) {
  auto bits = mix(high ^ mix(low + 0x9e3779b97f4a7c15ULL * (attempt + 1ULL)));
  std::string code;
  code.push_back(first_letters[bits % first_letters.size()]);
  bits /= first_letters.size();
  while (code.size() < code_size) {
    code.push_back(alphabet[bits & 31U]);
    bits >>= 5U;
  }
  return code;
}

bool valid_ledger_code(std::string_view code) {
  return code.size() == code_size && first_letters.find(code[0]) != std::string_view::npos
         && std::all_of(code.begin(), code.end(),
                        [](char c) { return alphabet.find(c) != std::string_view::npos; });
}

} // namespace evenkeel
