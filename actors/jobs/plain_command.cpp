#include "actors/jobs/plain_command.hpp"

#include <algorithm>

namespace evenkeel::jobs {

namespace {

constexpr std::string_view blanks = " \t";

/// No quotes, expansions, patterns, operators, comments, newlines, nor bytes of other alphabets.
bool means_itself(char c) {
  constexpr std::string_view marks = "/._-+,:@%=";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
         || marks.find(c) != std::string_view::npos;
}

} // namespace

std::optional<std::vector<std::string>> plain_words(std::string_view command_line) {
  std::vector<std::string> words;
  for (auto at = command_line.find_first_not_of(blanks); at != std::string_view::npos;) {
    const auto end = std::min(command_line.find_first_of(blanks, at), command_line.size());
    const auto word = command_line.substr(at, end - at);
    if (!std::ranges::all_of(word, means_itself))
      return std::nullopt;
    words.emplace_back(word);
    at = command_line.find_first_not_of(blanks, end);
  }
  // An absolute path is no built-in and no reserved word; with a `=` it would still be no
  // assignment, but shells differ in how they read it.
  if (words.empty() || words[0][0] != '/' || words[0].find('=') != std::string::npos)
    return std::nullopt;
  return words;
}

} // namespace evenkeel::jobs
