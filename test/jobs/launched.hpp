// A launcher whose events a test can wait for, and small things that tests of processes need.
// Owns: the launcher and every event it told. Waits have a limit, so that a defect fails a test
// instead of hanging it; no test depends on how long anything takes.
#pragma once

#include "actors/jobs/process_launcher.hpp"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace evenkeel::jobs::test {

inline constexpr std::size_t plenty = 1'000'000;

command_request command(std::string shell_command);
command_request script(std::string text);

/// How many descriptors this process has open.
std::size_t open_descriptors();

/// A named pipe in a directory of its own; both go with the object.
class fifo {
public:
  explicit fifo(int open_flags);
  ~fifo();
  fifo(const fifo&) = delete;
  fifo& operator=(const fifo&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

protected:
  std::string directory_;
  std::string path_;
  descriptor ours_;
};

/// Jobs write into it; the test listens.
class ear : public fifo {
public:
  ear();

  /// The next line, without its newline.
  std::string line();

  /// Until all who had it open for writing have closed it: they are dead, if they never close it.
  void wait_until_released();

private:
  bool wait_for_byte(char& byte);
};

/// Jobs that read from it wait for ever, or until the test is over.
class trap : public fifo {
public:
  trap();
};

class launched {
public:
  explicit launched(launcher_settings settings = {});

  /// Starts it under a token of its own, which it returns. Fails the test when it is refused.
  std::uint64_t start(command_request request);
  command_started started(std::uint64_t token);
  command_end ended(std::uint64_t token);
  command_end run(command_request request) { return ended(start(std::move(request))); }

  bool has_started(std::uint64_t token);
  bool has_ended(std::uint64_t token);

  /// Ends the launcher as its owner would; events can still be asked for.
  void destroy_launcher() { launcher_.reset(); }
  process_launcher& launcher() { return *launcher_; }

private:
  void take(process_event event);
  template <class Event>
  Event wait_for(const std::map<std::uint64_t, Event>& events, std::uint64_t token);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, command_started> started_;
  std::map<std::uint64_t, command_end> ended_;
  std::uint64_t last_token_ = 0;
  std::unique_ptr<process_launcher> launcher_; // last: its thread uses the rest
};

} // namespace evenkeel::jobs::test
