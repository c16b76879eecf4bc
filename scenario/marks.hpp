// The file to which jobs write with `mark`, counted.
#pragma once

#include "scenario/script.hpp"

#include <filesystem>
#include <string>

namespace evenkeel::scenario {

/// What was seen, if that is not what was expected; empty if it is.
std::string unlike_marks(const marks_expected& wanted, const std::filesystem::path& file);

} // namespace evenkeel::scenario
