#include "scenario/words.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <stdexcept>
#include <utility>

namespace evenkeel::scenario {

namespace {

constexpr std::string_view blanks = " \t\r";

constexpr std::array<std::pair<std::string_view, relation>, 7> relations{
    {{"<=", relation::at_most},
     {">=", relation::at_least},
     {"!=", relation::unequal},
     {"==", relation::equal},
     {"=", relation::equal},
     {"<", relation::less},
     {">", relation::more}}};

std::string_view without_blanks_around(std::string_view text) {
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// The number at the beginning of `word`, and what follows it.
std::pair<double, std::string> split_number(const std::string& word) {
  double value = 0;
  const auto parsed = std::from_chars(word.data(), word.data() + word.size(), value);
  if (parsed.ec != std::errc{})
    return {-1, word};
  return {value, std::string(parsed.ptr, word.data() + word.size())};
}

bool submits(std::string_view verb) {
  return verb == "submit" || verb == "load";
}

std::string_view operator_at(std::string_view text) {
  for (const auto& [sign, meaning] : relations)
    if (text.starts_with(sign))
      return sign;
  return {};
}

} // namespace

cut_line cut_into_words(std::string_view line) {
  cut_line found;
  while (true) {
    const auto begin = line.find_first_not_of(blanks);
    if (begin == std::string_view::npos || line[begin] == '#')
      return found;
    line.remove_prefix(begin);
    const auto word = line.substr(0, line.find_first_of(blanks));
    line.remove_prefix(word.size());
    const bool colon = word.ends_with(':');
    const auto name = colon ? word.substr(0, word.size() - 1) : word;
    const auto verb = found.words.empty() ? name : std::string_view(found.words.front());
    if (!colon || !submits(verb)) {
      found.words.emplace_back(word);
      continue;
    }
    if (!name.empty())
      found.words.emplace_back(name);
    found.has_job = true;
    found.job = without_blanks_around(line);
    return found;
  }
}

std::deque<std::string> split_operators(const std::deque<std::string>& words) {
  std::deque<std::string> pieces;
  for (const auto& word : words) {
    std::string name;
    for (std::string_view rest = word; !rest.empty();) {
      const auto sign = operator_at(rest);
      if (sign.empty()) {
        name += rest.front();
        rest.remove_prefix(1);
        continue;
      }
      if (!name.empty())
        pieces.push_back(std::exchange(name, {}));
      pieces.emplace_back(sign);
      rest.remove_prefix(sign.size());
    }
    if (!name.empty())
      pieces.push_back(name);
  }
  return pieces;
}

std::size_t number_from(const std::string& word, std::size_t least, std::size_t most) {
  std::size_t value = 0;
  const auto parsed = std::from_chars(word.data(), word.data() + word.size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != word.data() + word.size() || value < least
      || value > most)
    throw std::invalid_argument(quoted(word) + " is not a number from " + std::to_string(least)
                                + " to " + std::to_string(most));
  return value;
}

double decimal_from(const std::string& word, double most) {
  const auto [value, rest] = split_number(word);
  if (!rest.empty() || !(value >= 0 && value <= most)) // not so for NaN
    throw std::invalid_argument(quoted(word) + " is not a number, like 12 or 0.5");
  return value;
}

milliseconds time_from(const std::string& word) {
  static const std::map<std::string, double, std::less<>> units_ms{
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};
  constexpr double longest_ms = 24 * 3'600'000;
  const auto [value, rest] = split_number(word);
  const auto unit = units_ms.find(rest);
  if (unit == units_ms.end()
      || !(value >= 0 && value * unit->second <= longest_ms)) // not so for NaN
    throw std::invalid_argument(quoted(word)
                                + " is not a time up to 24 hours, like 300ms, 2s, 5m or 1h");
  return milliseconds{std::llround(value * unit->second)};
}

relation relation_from(const std::string& word) {
  for (const auto& [sign, meaning] : relations)
    if (word == sign)
      return meaning;
  throw std::invalid_argument(quoted(word) + " is none of = != < <= > >=");
}

bool holds(const std::string& seen, const comparison& wanted) {
  const auto [left, left_rest] = split_number(seen);
  const auto [right, right_rest] = split_number(wanted.value);
  const bool numbers = !seen.empty() && !wanted.value.empty() && left_rest.empty()
                       && right_rest.empty();
  const auto order = numbers ? (left < right ? -1 : (left > right ? 1 : 0))
                             : seen.compare(wanted.value);
  switch (wanted.op) {
    case relation::equal: return order == 0;
    case relation::unequal: return order != 0;
    case relation::less: return numbers && order < 0;
    case relation::at_most: return numbers && order <= 0;
    case relation::more: return numbers && order > 0;
    case relation::at_least: return numbers && order >= 0;
  }
  return false;
}

std::string to_text(const comparison& wanted) {
  for (const auto& [sign, meaning] : relations)
    if (meaning == wanted.op)
      return wanted.name + " " + std::string(sign) + " " + wanted.value;
  return {};
}

std::string join(const std::deque<std::string>& words) {
  std::string text;
  for (const auto& word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

} // namespace evenkeel::scenario
