// Tells which command lines need no shell. Most jobs of a speed-minded user are `/path/program
// word word`: for these a shell would only be one more program to load, at twice the cost.
// Pure. Must not know: processes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::jobs {

/// The words of a command line that every shell would run as the program and arguments it shows:
/// the first an absolute path, all of them made of characters that mean nothing to a shell, blanks
/// between them. Nothing for any other command line.
std::optional<std::vector<std::string>> plain_words(std::string_view command_line);

} // namespace evenkeel::jobs
