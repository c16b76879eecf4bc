// Commands that take the place of others: the launcher whose command has ended starts the next one
// itself, so that the place is not free until the owner of both has heard of it. Thread-safe.
// Owns: the requests that wait. Must not know: launchers, and how many may run.
#pragma once

#include "actors/jobs/command.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

namespace evenkeel::jobs {

class command_queue {
public:
  void push(command_request request);
  /// The one that has waited longest. `note`, if given, hears its token before anybody can be told
  /// that it does not wait any more.
  std::optional<command_request> take(const std::function<void(std::uint64_t)>& note = {});
  /// False: it does not wait here (any more).
  bool withdraw(std::uint64_t token);

private:
  std::mutex guard_;
  std::deque<command_request> waiting_;
};

} // namespace evenkeel::jobs
