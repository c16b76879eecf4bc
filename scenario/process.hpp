// One process of the binary, with a log file. Owns: the process; it is dead and reaped when this is
// gone, and dies with the thread that started it. Must not know: clusters, scripts.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace evenkeel::scenario {

struct launch {
  std::vector<std::string> command;     ///< the first word is a path
  std::vector<std::string> environment; ///< all of it: NAME=value
  std::filesystem::path directory;      ///< where it runs
  std::filesystem::path log;            ///< stderr and stdout are appended
};

class process {
public:
  /// Throws std::runtime_error with one sentence.
  explicit process(const launch& how);
  ~process(); ///< SIGKILL
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;
  /// Exit code, or minus the signal that ended it; nothing while it lives.
  std::optional<int> end();
  /// What it has written to its log.
  [[nodiscard]] std::string log() const;
  /// The first whole line of that with `text` in it; empty if there is none yet.
  [[nodiscard]] std::string line_with(const std::string& text) const;
  /// How often `text` stands there.
  [[nodiscard]] std::size_t count_of(const std::string& text) const;

private:
  pid_t pid_ = 0;
  std::filesystem::path log_;
  std::uintmax_t log_begin_ = 0; ///< where earlier processes with the same log ended
  std::optional<int> end_;
};

} // namespace evenkeel::scenario
