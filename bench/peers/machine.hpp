// Where figures were measured, in words: without that they mean little.
#pragma once

#include <filesystem>
#include <string>

namespace evenkeel::bench {

/// Processors and their model, memory, kernel, file system of `directory`.
std::string machine_in_words(const std::filesystem::path& directory);
/// The system's average over a minute; above 0 before a run begins, something else runs here.
std::string load_in_words();
/// What is written there is in memory only.
bool is_in_memory(const std::filesystem::path& directory);

} // namespace evenkeel::bench
