// Waiting for something to become true, with a deadline. Between two looks everything else is
// tended. Must not know: what is waited for.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <stdexcept>

namespace evenkeel::scenario {

/// What a script expected is not so, or a promise was broken. One sentence.
struct failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// SIGINT or SIGTERM: everything ends.
struct interrupted : std::runtime_error {
  interrupted() : std::runtime_error("interrupted") {}
};

struct waiting {
  /// Called between two looks; may throw.
  std::function<void()> tend;
  /// Every deadline is multiplied by it: slow machines, sanitizers.
  double patience = 1;
  /// Set by a signal handler.
  const std::atomic<bool>* stop = nullptr;

  [[nodiscard]] std::chrono::milliseconds stretched(std::chrono::milliseconds time) const;
  void throw_if_stopped() const;
  /// Looks until `is_so` says so; false if it still does not when the time is over.
  [[nodiscard]] bool until(std::chrono::milliseconds within,
                           const std::function<bool()>& is_so) const;
  /// Lets so much time go by, in which all is tended. Not stretched: it is a part of a history.
  void pause(std::chrono::milliseconds time) const;
};

} // namespace evenkeel::scenario
