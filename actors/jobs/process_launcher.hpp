// Runs shell commands and scripts as processes of this host, for the executor of a node.
// Owns: one thread, and every process it started until that has ended.
// Must not know: actors, tickets, attempts, slots; what an end means is the caller's to decide.
//
// Limits worth knowing. A job that leaves its process group (setsid) outlives its end and its stop;
// orphans.hpp finds it by its environment. Nothing limits how many commands run at once but the
// caller. SIGCHLD must not be ignored in this process, and nobody else may wait for any child.
#pragma once

#include "actors/jobs/command.hpp"
#include "actors/jobs/command_inbox.hpp"
#include "actors/jobs/command_spawner.hpp"
#include "actors/jobs/launcher_loop.hpp"

#include <chrono>
#include <cstdint>
#include <thread>

namespace evenkeel::jobs {

struct launcher_settings {
  /// From SIGTERM to SIGKILL where the stop does not say otherwise.
  grace_time stop_grace = std::chrono::seconds(5);
  /// How long the destructor waits for killed processes to be gone.
  grace_time close_wait = std::chrono::seconds(5);
  /// Accepted requests that are not yet started.
  std::size_t max_queued = 4096;
  job_confinement confinement;
};

/// All functions are thread safe and return at once; they may be called from the sink, except for
/// the destructor.
class process_launcher {
public:
  /// `sink` is called on the launcher's thread: for a command that runs, `command_started` and then
  /// `command_end`; for one that does not, `command_end` alone.
  /// `successors`, which outlives this: one of them is started wherever a command ends.
  /// Throws std::system_error where the thread or a descriptor cannot be had.
  explicit process_launcher(event_sink sink, launcher_settings settings = {},
                            command_queue* successors = nullptr);

  /// Sends SIGKILL to all that runs, delivers the missing `command_end`s and joins the thread.
  /// Takes at most about `close_wait`.
  ~process_launcher();

  process_launcher(const process_launcher&) = delete;
  process_launcher& operator=(const process_launcher&) = delete;

  /// Anything but `accepted` means that nothing will follow.
  [[nodiscard]] start_result start(command_request request);

  /// SIGTERM to the command's process group now, SIGKILL after the grace; a command that is not yet
  /// started never will be. A second stop can shorten the grace, not extend it. Does nothing for a
  /// token that has ended or was never there.
  void stop(std::uint64_t token);
  void stop(std::uint64_t token, grace_time grace);

  /// `stop` for all that was accepted so far.
  void stop_all();
  void stop_all(grace_time grace);

  /// Commands accepted and not ended.
  [[nodiscard]] std::size_t unfinished() const;

private:
  const grace_time stop_grace_;
  command_inbox inbox_;
  command_spawner spawner_;
  launcher_loop loop_;
  std::thread thread_;
};

} // namespace evenkeel::jobs
