// Function calls on their way from the executor to its runners, and their ends on the way back.
// Runners take what waits longest without being told each time, and the executor is told of ends
// once until it has collected them: so many short calls cost few messages. Thread-safe.
// Must not know: who the runners are, slots.
#pragma once

#include "actors/jobs/function_registry.hpp"
#include "actors/local_interfaces.hpp"

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace evenkeel {

struct function_call {
  attempt_ref what;
  jobs::job_function function;
  std::string arguments;
};

class call_exchange {
public:
  void push(function_call call);
  /// The call that has waited longest; it begins now.
  std::optional<function_call> take();
  /// True: it waited, has not begun, and never will.
  bool withdraw(const attempt_ref& what);
  [[nodiscard]] std::size_t waiting() const;
  /// While `on`, nobody gets a call: runners go idle as if none waited.
  void hold(bool on);

  /// True: the executor is to be told that there are ends.
  bool report(job_ended end);
  std::vector<job_ended> collect();

private:
  mutable std::mutex guard_;
  std::deque<function_call> calls_;
  bool held_ = false;
  std::vector<job_ended> ends_;
};

} // namespace evenkeel
