// Runs one script from its first line to the checks at its end. Owns: a temporary directory, and
// all that runs in it; nothing is left but the directory of a failure.
#pragma once

#include "scenario/script.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>

namespace evenkeel::scenario {

struct run_settings {
  std::filesystem::path binary;
  std::uint64_t seed = 1;
  double patience = 1;         ///< every deadline times this
  bool keep = false;           ///< the directory, also after a success
  std::ostream* log = nullptr; ///< each step with its time
  const std::atomic<bool>* stop = nullptr;
};

struct outcome {
  std::string problem; ///< empty: passed
  int line = 0;        ///< of the step that failed; 0: the beginning, or the checks at the end
  std::string step;    ///< its text
  bool interrupted = false;
  std::filesystem::path directory; ///< empty if it was removed
  std::size_t tickets = 0;
  std::size_t unasked = 0; ///< tickets whose home did not run at the end
  std::string errors;      ///< that clients of the load saw
  double seconds = 0;
};

/// Throws std::runtime_error only if it could not begin.
outcome run(const script& what, const run_settings& settings);

} // namespace evenkeel::scenario
