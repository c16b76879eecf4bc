// One line an event, on stderr, through spdlog. Must not know: what the lines mean.
#pragma once

#include "actors/core/effects.hpp"

#include <string>

namespace evenkeel {

/// "trace", "debug", "info", "warning", "error" or "off".
bool is_log_level(const std::string& word);
/// False for another word than these levels.
bool start_logging(const std::string& level);

void log_line(core::note::level severity, const std::string& text);
/// Whether debug lines are shown at all: for those that cost something to word.
bool debug_is_on();
inline void log_line(const core::note& line) {
  log_line(line.severity, line.text);
}

/// Lines of one of several nodes of a process, which they name.
struct logger {
  std::string whose; ///< "node 'a'"; empty: the process has only one

  void line(core::note::level severity, const std::string& text) const {
    log_line(severity, whose.empty() ? text : whose + ": " + text);
  }
  void line(const core::note& what) const { line(what.severity, what.text); }
};

} // namespace evenkeel
