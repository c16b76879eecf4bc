// Runs registered functions, one at a time, on a thread of its own (spawn it detached): however
// long a function takes, it holds up nobody else. The executor keeps as many as it needs and uses
// them again and again. Must not know: slots, attempts' fates.
#pragma once

#include "actors/jobs/function_registry.hpp"
#include "actors/local_interfaces.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace evenkeel {

struct function_call {
  executor_actor caller; ///< gets job_ended
  attempt_ref what;
  jobs::job_function function;
  std::string arguments;
  std::int64_t started_ms = 0; ///< wall clock
};

using function_runner_actor = caf::typed_actor<caf::reacts_to<function_call>>;

/// `capture_limit`: bytes of a result that are kept.
function_runner_actor::behavior_type function_runner(function_runner_actor::pointer self,
                                                     std::size_t capture_limit);

} // namespace evenkeel

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::function_call)
