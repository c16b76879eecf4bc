#include "actors/jobs/builtin_functions.hpp"

#include <charconv>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace evenkeel::jobs {

namespace {

constexpr std::string_view white_space = " \t\n\v\f\r";

std::uint32_t parse_limit(std::string_view text) {
  const auto first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos)
    throw std::invalid_argument("primes: needs a number from 0 to 50000000");
  text = text.substr(first, text.find_last_not_of(white_space) - first + 1);
  std::uint32_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  const bool is_number = text.find_first_not_of("0123456789") == std::string_view::npos;
  if (!is_number)
    throw std::invalid_argument("primes: not a number from 0 to 50000000: "
                                + std::string(text.substr(0, 40)));
  if (error != std::errc{} || limit > max_primes_argument)
    throw std::invalid_argument("primes: too large, at most 50000000: "
                                + std::string(text.substr(0, 40)));
  return limit;
}

/// Sieve over odd numbers: element i stands for 2i + 1.
std::uint32_t count_primes_below(std::uint32_t limit) {
  if (limit <= 2)
    return 0;
  const std::size_t size = limit / 2;
  std::vector<bool> composite(size, false);
  std::uint32_t count = 1; // 2, in the place of 1
  for (std::size_t i = 1; i < size; ++i) {
    if (composite[i])
      continue;
    ++count;
    const std::size_t prime = 2 * i + 1;
    for (std::size_t j = prime * prime / 2; j < size; j += prime)
      composite[j] = true;
  }
  return count;
}

} // namespace

std::string noop(const std::string&) {
  return {};
}

std::string echo(const std::string& arguments) {
  return arguments;
}

std::string primes(const std::string& arguments) {
  return std::to_string(count_primes_below(parse_limit(arguments)));
}

std::string wordcount(const std::string& arguments) {
  std::size_t words = 0;
  for (auto at = arguments.find_first_not_of(white_space); at != std::string::npos; ++words) {
    const auto end = arguments.find_first_of(white_space, at);
    at = arguments.find_first_not_of(white_space, end); // npos stays npos
  }
  return std::to_string(words);
}

} // namespace evenkeel::jobs
