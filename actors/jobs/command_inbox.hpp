// What callers ask of the launcher's thread: requests to start and to stop, in order.
// Owns: the requests until the thread takes them, the set of tokens in use, the eventfd that wakes
// the thread. The only part of the launcher that several threads touch.
// Must not know: processes.
#pragma once

#include "actors/jobs/command.hpp"
#include "actors/jobs/descriptor.hpp"

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <vector>

namespace evenkeel::jobs {

enum class start_result {
  accepted,   ///< exactly one `command_end` will follow
  queue_full, ///< too many accepted requests are not yet started; nothing follows
  token_used, ///< a command with this token has not ended; nothing follows
  closing     ///< the launcher is going; nothing follows
};

/// How long a stopped command has from SIGTERM to SIGKILL; zero: SIGKILL at once.
using grace_time = std::chrono::milliseconds;

struct stop_order {
  std::uint64_t token = 0;
  grace_time grace{0};
};

/// What the thread takes at once.
struct inbox_batch {
  std::vector<command_request> starts;
  std::vector<std::uint64_t> cancelled; ///< stopped before they were started
  std::vector<stop_order> stops;        ///< in order; may name tokens that have ended
  std::optional<grace_time> stop_all;   ///< everything that was started before this batch
  bool closing = false;
  bool more = false; ///< starts are left for the next batch
};

/// Thread safe.
class command_inbox {
public:
  /// At most `max_queued` requests wait. Throws std::system_error where there is no eventfd.
  explicit command_inbox(std::size_t max_queued);

  start_result offer(command_request request);
  void stop(std::uint64_t token, grace_time grace);
  void stop_all(grace_time grace);
  void close();

  /// The thread's side: up to `max_starts` starts and everything else; resets the eventfd.
  inbox_batch take(std::size_t max_starts);

  /// The thread's side: a command that it has got from elsewhere, and starts.
  void adopt(std::uint64_t token);

  /// The thread's side: the token may be used again.
  void release(std::uint64_t token);

  /// Accepted and not ended.
  [[nodiscard]] std::size_t tokens_in_use() const;

  /// Readable while something is to be taken.
  [[nodiscard]] int wake_number() const { return wake_.get(); }

private:
  void wake() const;
  void cancel_queued();

  const std::size_t max_queued_;
  const descriptor wake_;
  mutable std::mutex mutex_;
  std::deque<command_request> starts_;
  std::vector<std::uint64_t> cancelled_;
  std::vector<stop_order> stops_;
  std::optional<grace_time> stop_all_;
  bool closing_ = false;
  std::unordered_set<std::uint64_t> tokens_;
};

} // namespace evenkeel::jobs
