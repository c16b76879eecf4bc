#include "scenario/marks.hpp"

#include <algorithm>
#include <fstream>
#include <map>

namespace evenkeel::scenario {

namespace {

/// Lines of each ticket with this word.
std::map<std::string, std::size_t> count(const std::string& word,
                                         const std::filesystem::path& file) {
  std::map<std::string, std::size_t> lines;
  std::ifstream marks{file};
  for (std::string ticket, what, attempt, node; marks >> ticket >> what >> attempt >> node;)
    if (what == word)
      ++lines[ticket];
  return lines;
}

} // namespace

std::string unlike_marks(const marks_expected& wanted, const std::filesystem::path& file) {
  const auto lines = count(wanted.lines.name, file);
  std::size_t all = 0;
  std::size_t most = 0;
  for (const auto& [ticket, number] : lines) {
    all += number;
    most = std::max(most, number);
    if (wanted.measure == mark_measure::each && !holds(std::to_string(number), wanted.lines))
      return "job " + ticket + " has made " + std::to_string(number) + " marks \""
             + wanted.lines.name + "\"";
  }
  if (wanted.measure == mark_measure::each)
    return lines.empty() ? "no job has made a mark \"" + wanted.lines.name + "\"" : "";
  const auto seen = wanted.measure == mark_measure::most ? most : all;
  return holds(std::to_string(seen), wanted.lines)
             ? ""
             : std::to_string(seen) + " marks \"" + wanted.lines.name + "\" of "
                   + std::to_string(lines.size()) + " jobs";
}

} // namespace evenkeel::scenario
