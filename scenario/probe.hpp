// Whether a binary is one that scenarios can start. Owns, while it asks: a process and a directory.
#pragma once

#include <filesystem>
#include <string>

namespace evenkeel::scenario {

/// The first line of what `binary --version` prints; empty if it fails or takes longer than 10 s.
std::string version_of(const std::filesystem::path& binary);

} // namespace evenkeel::scenario
