#include "scenario/probe.hpp"

#include "scenario/environment.hpp"
#include "scenario/leftovers.hpp"
#include "scenario/process.hpp"
#include "scenario/waiting.hpp"

#include <chrono>
#include <fstream>
#include <system_error>

namespace evenkeel::scenario {

namespace {

constexpr std::chrono::seconds patience{10};

std::string ask(const std::filesystem::path& binary, const std::filesystem::path& directory) {
  process asked{{{binary, "--version"}, environment_for(directory), directory, directory / "log"}};
  waiting wait;
  wait.tend = [] {};
  if (!wait.until(patience, [&asked] { return asked.end().has_value(); }) || asked.end() != 0)
    return {};
  std::string line;
  std::getline(std::ifstream{directory / "log"}, line);
  return line;
}

} // namespace

std::string version_of(const std::filesystem::path& binary) {
  const auto directory = make_directory();
  auto line = ask(binary, directory);
  end_leftovers(directory);
  std::error_code none;
  std::filesystem::remove_all(directory, none);
  return line;
}

} // namespace evenkeel::scenario
