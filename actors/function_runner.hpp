// Runs registered functions, one at a time, on a thread of its own (spawn it detached): however
// long a function takes, it holds up nobody else. The executor keeps as many as it needs and uses
// them again and again. Must not know: slots, attempts' fates.
#pragma once

#include "actors/call_exchange.hpp"
#include "actors/local_interfaces.hpp"

#include <cstddef>
#include <memory>

namespace evenkeel {

/// Run what waits there, until nothing does.
struct run_calls {
  executor_actor owner; ///< gets calls_ended and runner_idle
  std::shared_ptr<call_exchange> calls;
};

/// `capture_limit`: bytes of a result that are kept.
function_runner_actor::behavior_type function_runner(function_runner_actor::pointer self,
                                                     std::size_t capture_limit);

} // namespace evenkeel

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::run_calls)
