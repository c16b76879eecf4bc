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

/// By which scenarios find what they have left running.
constexpr std::string_view scenario_mark = "EVENKEEL_SCENARIO";

bool is_ours_alone(std::string_view name) {
  return (name.starts_with("EVENKEEL_") && name != scenario_mark) || name == "CREDENTIALS_DIRECTORY"
         || name == "NOTIFY_SOCKET";
}

environment_variables corrections(const job_confinement& confinement) {
  environment_variables right;
  if (!confinement.directory.empty())
    right = {{"PWD", confinement.directory}, {"OLDPWD", ""}};
  if (const auto& user = confinement.user)
    right.insert(right.end(), {{"HOME", user->home},
                               {"LOGNAME", user->name},
                               {"SHELL", user->shell},
                               {"USER", user->name}});
  return right;
}

} // namespace

job_environment::job_environment(const job_confinement& confinement) {
  const auto right = corrections(confinement);
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const auto name = name_in(*at);
    const bool misleads =
        std::ranges::find(right, name, [](const auto& one) { return std::string_view(one.first); })
        != right.end();
    if (!misleads && !is_ours_alone(name))
      ours_.emplace_back(*at);
  }
  for (const auto& [name, value] : right)
    if (!value.empty())
      ours_.push_back(name + '=' + value);
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
