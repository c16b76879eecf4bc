// The directory and the environment of a scenario's processes. Their jobs inherit it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace evenkeel::scenario {

/// A new one in TMPDIR or /tmp. Throws std::runtime_error with one sentence.
std::filesystem::path make_directory();

/// Ours without settings of Evenkeel, with EVENKEEL_SCENARIO=`directory`, and with the command
/// `mark` in PATH.
std::vector<std::string> environment_for(const std::filesystem::path& directory);

/// Writes that command: a job's `mark WORD` appends a line to `directory`/marks.
void install_mark(const std::filesystem::path& directory);

} // namespace evenkeel::scenario
