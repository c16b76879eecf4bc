// Processes of a scenario that nobody owns any more: jobs whose node is dead. Found by the
// scenario's directory in their environment.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace evenkeel::scenario {

struct leftover {
  pid_t pid = 0;
  std::string node; ///< whose job it is; empty: a node or proxy itself
  std::string command;
};

std::vector<leftover> find_leftovers(const std::filesystem::path& directory);
/// SIGKILL to all of them, until there are none.
void end_leftovers(const std::filesystem::path& directory);

} // namespace evenkeel::scenario
