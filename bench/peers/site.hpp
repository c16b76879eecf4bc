// Where one run takes place: a directory, ports and processes of its own. All of it is gone when
// this is, however the run ends. Must not know: protocols, figures.
#pragma once

#include "scenario/port_reserve.hpp"
#include "scenario/process.hpp"
#include "scenario/waiting.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace evenkeel::bench {

/// One sentence: what is not installed or does not start. Its row goes on without it.
struct unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Of the whole program.
struct premises {
  std::filesystem::path evenkeel;  ///< its binary
  std::filesystem::path ourselves; ///< the binary of the workers and mock servers
  std::filesystem::path directory; ///< of all runs
  scenario::waiting wait;
};

class site {
public:
  explicit site(const premises& all);
  ~site();
  site(const site&) = delete;
  site& operator=(const site&) = delete;

  [[nodiscard]] const premises& around() const { return around_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  [[nodiscard]] const std::atomic<bool>* stop() const { return around_.wait.stop; }
  std::uint16_t take_port() { return ports_.take(); }

  /// A program by its path, or by its name if it is in PATH or /usr/sbin. `variables`: NAME=value.
  scenario::process& start(std::vector<std::string> command,
                           const std::vector<std::string>& variables = {});
  /// Until that is in its output. Throws unavailable.
  void await_words(scenario::process& one, const std::string& words);
  /// Until a connection is taken there.
  void await_port(scenario::process& one, std::uint16_t port);
  /// Until it has ended with 0, and how many seconds that took since its start.
  double await_end(scenario::process& one);
  [[nodiscard]] const std::vector<std::unique_ptr<scenario::process>>& processes() const {
    return processes_;
  }

private:
  [[noreturn]] void give_up(const scenario::process& one, const std::string& what) const;

  const premises& around_;
  std::filesystem::path directory_;
  scenario::port_reserve ports_;
  std::vector<std::unique_ptr<scenario::process>> processes_;
};

/// Empty if there is none.
std::filesystem::path find_program(const std::string& name);

} // namespace evenkeel::bench
