#include "actors/jobs/job_environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace evenkeel::jobs {

namespace {

std::string_view name_in(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

} // namespace

job_environment::job_environment(const std::vector<std::string>& withheld,
                                 const std::string& working_directory) {
  const bool elsewhere = !working_directory.empty();
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const auto name = name_in(*at);
    const bool misleads = elsewhere && (name == "PWD" || name == "OLDPWD");
    if (!misleads && std::ranges::find(withheld, name) == withheld.end())
      ours_.emplace_back(*at);
  }
  if (elsewhere)
    ours_.push_back("PWD=" + working_directory);
}

std::vector<std::string> job_environment::with(const environment_variables& added) const {
  std::vector<std::string> result;
  result.reserve(ours_.size() + added.size());
  const auto is_added_from = [&added](std::size_t first, std::string_view name) {
    return std::any_of(added.begin() + static_cast<std::ptrdiff_t>(first), added.end(),
                       [name](const auto& variable) { return variable.first == name; });
  };
  for (const auto& variable : ours_) {
    if (!is_added_from(0, name_in(variable)))
      result.push_back(variable);
  }
  for (std::size_t i = 0; i < added.size(); ++i) {
    if (!is_added_from(i + 1, added[i].first))
      result.push_back(added[i].first + '=' + added[i].second);
  }
  return result;
}

} // namespace evenkeel::jobs
