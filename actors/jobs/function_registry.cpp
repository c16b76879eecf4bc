#include "actors/jobs/function_registry.hpp"

#include "actors/jobs/builtin_functions.hpp"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace evenkeel::jobs {

function_registry::function_registry()
    : functions_{{"noop", noop}, {"echo", echo}, {"primes", primes}, {"wordcount", wordcount}} {}

function_registry& function_registry::global() {
  static function_registry registry; // made by whoever comes first, static registrations included
  return registry;
}

bool function_registry::valid_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  };
  return !name.empty() && name.size() <= max_name_size && std::ranges::all_of(name, allowed);
}

registration function_registry::register_function(std::string name, job_function function) {
  if (!valid_name(name))
    return registration::bad_name;
  if (!function)
    return registration::no_function;
  const std::unique_lock lock(mutex_);
  const bool added = functions_.emplace(std::move(name), std::move(function)).second;
  return added ? registration::added : registration::name_taken;
}

job_function function_registry::find(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  const auto found = functions_.find(name);
  return found == functions_.end() ? job_function{} : found->second;
}

std::vector<std::string> function_registry::names() const {
  const std::shared_lock lock(mutex_);
  std::vector<std::string> result;
  result.reserve(functions_.size());
  for (const auto& [name, function] : functions_)
    result.push_back(name);
  return result;
}

function_registration::function_registration(std::string name, job_function function) {
  const auto shown = name;
  switch (function_registry::global().register_function(std::move(name), std::move(function))) {
  case registration::added:
    return;
  case registration::bad_name:
    throw std::invalid_argument("function name must be 1 to 64 of [a-z0-9_.-]: '" + shown + "'");
  case registration::name_taken:
    throw std::invalid_argument("function registered twice: '" + shown + "'");
  case registration::no_function:
    throw std::invalid_argument("no function given for the name '" + shown + "'");
  }
}

} // namespace evenkeel::jobs
