#include "scenario/environment.hpp"

#include "scenario/cluster.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

extern char** environ; // NOLINT(readability-redundant-declaration)

namespace evenkeel::scenario {

namespace {

bool is_a_setting(std::string_view variable) {
  constexpr std::array<std::string_view, 6> prefixes{
      "EVENKEEL_",           "DISPATCH_PERIOD=", "MAX_NUM_JOBS_DISPATCH=", "REQUEST_RESULT_PERIOD=",
      "MAX_NUM_NODES=", "VERBOSE="};
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [variable](auto prefix) { return variable.starts_with(prefix); });
}

} // namespace

std::filesystem::path make_directory() {
  std::error_code error;
  const auto parent = std::filesystem::temp_directory_path(error);
  auto name = (parent / "evenkeel-scenario-XXXXXX").string();
  if (!error && mkdtemp(name.data()) == nullptr)
    error = {errno, std::generic_category()};
  if (error)
    throw std::runtime_error("cannot make a directory in TMPDIR, or /tmp: " + error.message());
  return name;
}

std::vector<std::string> environment_for(const std::filesystem::path& directory) {
  std::vector<std::string> all;
  for (char** one = environ; *one != nullptr; ++one)
    if (const std::string_view variable = *one;
        !is_a_setting(variable) && !variable.starts_with("PATH="))
      all.emplace_back(variable);
  const auto* path = std::getenv("PATH");
  all.push_back("PATH=" + (directory / "bin").string() + ":"
                + (path != nullptr ? path : "/usr/bin:/bin"));
  all.push_back(std::string(scenario_variable) + "=" + directory.string());
  return all;
}

void install_mark(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory / "bin");
  const auto file = directory / "bin" / "mark";
  std::ofstream{file} << "#!/bin/sh\n"
                         "echo \"$EVENKEEL_TICKET ${1:-run} $EVENKEEL_ATTEMPT $EVENKEEL_NODE\" "
                         ">> \"$EVENKEEL_SCENARIO/marks\"\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
}

} // namespace evenkeel::scenario
