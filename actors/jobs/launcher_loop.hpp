// The launcher's thread: starts commands, reads their output, stops them, sees them end.
// Owns: every running command with its pidfd and pipes, and the deadlines of stopped ones.
// Must not know: who calls (command_inbox is all it sees of other threads).
//
// How a command ends. Its process is left unreaped until the last signal to its group is sent, so
// that the group's number cannot have passed to somebody else. When the process is dead, what is in
// the pipes by then is read, the rest of its process group gets SIGKILL (a job's group ends with
// it), and only then is it reaped. One exception: after our SIGTERM the rest of the group keeps its
// grace for as long as something in it holds the pipes open.
#pragma once

#include "actors/jobs/command.hpp"
#include "actors/jobs/command_inbox.hpp"
#include "actors/jobs/command_queue.hpp"
#include "actors/jobs/command_spawner.hpp"
#include "actors/jobs/output_capture.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace evenkeel::jobs {

/// Receives events on the launcher's thread. Must not throw, and must return soon: nothing is
/// started, read or stopped meanwhile.
using event_sink = std::function<void(process_event)>;

class launcher_loop {
public:
  /// All that is referred to outlives the loop. `successors`: null where there are none.
  /// Throws std::system_error where epoll cannot be had.
  launcher_loop(command_inbox& inbox, command_spawner& spawner, command_queue* successors,
                event_sink sink, grace_time close_wait);

  /// Until the inbox is closed and the last command has ended, or `close_wait` after the closing.
  void run();

private:
  using clock = std::chrono::steady_clock;

  struct running_command {
    std::uint64_t token = 0;
    pid_t pid = 0;
    descriptor process;
    output_capture out;
    output_capture err;
    std::optional<clock::time_point> kill_at; ///< the end of the grace
    bool stopped = false;
    bool dead = false; ///< its process is; not reaped, see above
  };
  using serial = std::uint64_t; ///< never used twice, unlike tokens and descriptors
  using running_map = std::unordered_map<serial, running_command>;
  enum class source : std::uint64_t { inbox = 0, process = 1, out = 2, err = 3 };

  bool watch(int number, serial id, source what);
  bool watch_all(serial id, const running_command& command);
  void unwatch(int number);
  void take_orders();
  void start(const command_request& request);
  void refuse(std::uint64_t token, spawn_failure failure);
  void begin_stop(running_map::iterator at, grace_time grace);
  void stop_every_one(grace_time grace);
  static void signal_group(const running_command& command, int signal);
  void kill_now(running_map::iterator at);
  void kill_overdue();
  void abandon_all();

  void on_ready(std::uint64_t tag);
  void read_output(running_map::iterator at, output_capture& capture);
  void on_process_dead(running_map::iterator at);
  void finish(running_map::iterator at, std::string error = {});
  void report(command_end end);
  std::optional<command_request> take_successor();
  [[nodiscard]] int wait_ms() const;

  command_inbox& inbox_;
  command_spawner& spawner_;
  command_queue* successors_;
  event_sink sink_;
  grace_time close_wait_;
  descriptor epoll_;
  running_map running_;
  std::unordered_map<std::uint64_t, serial> serial_of_;
  std::set<std::pair<clock::time_point, serial>> deadlines_;
  serial last_serial_ = 0;
  std::optional<clock::time_point> give_up_at_; ///< closing
  std::vector<char> buffer_;
};

} // namespace evenkeel::jobs
