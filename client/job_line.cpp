#include "client/job_line.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

namespace evenkeel::client {

std::string problem_of_job_line(std::string_view line) {
  constexpr std::array<std::string_view, 3> verbs{"SUBMIT", "CALL", "SLEEP"};
  if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
    return "one line, please";
  std::istringstream words{std::string(line)};
  std::string word;
  words >> word;
  for (auto& c : word)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (std::find(verbs.begin(), verbs.end(), word) == verbs.end())
    return "write SUBMIT, CALL or SLEEP, as in \"SUBMIT -- true\"";
  while (words >> word && word != "--")
    if (word.find("ytes=") == 1 || word.find("ntil=") == 1)
      return word + " announces a body; only lines can be sent";
  return {};
}

} // namespace evenkeel::client
