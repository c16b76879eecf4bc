#include "actors/function_runner.hpp"

#include "actors/clock.hpp"

#include <exception>

namespace evenkeel {

namespace {

core::run_end failure(const std::string& reason) {
  core::run_end result;
  result.succeeded = false;
  result.exit_code = 1;
  result.reason = reason;
  return result;
}

/// Whatever it throws fails the job alone.
job_ended run(const function_call& order, std::size_t capture_limit) {
  core::run_end result;
  const auto began = read_clock();
  try {
    result.out = order.function(order.arguments);
  } catch (const std::exception& error) {
    result = failure(error.what());
  } catch (...) {
    result = failure("the function threw something that is no exception");
  }
  const auto ended = read_clock();
  result.started_ms = began.wall_ms;
  result.ended_ms = ended.wall_ms;
  if (result.out.size() > capture_limit) {
    result.out.resize(capture_limit);
    result.out_truncated = true;
  }
  return {order.what, std::move(result), ended.steady_us - began.steady_us};
}

} // namespace

function_runner_actor::behavior_type function_runner(function_runner_actor::pointer self,
                                                     std::size_t capture_limit) {
  return {
      [self, capture_limit](const run_calls& order) {
        while (const auto call = order.calls->take())
          if (order.calls->report(run(*call, capture_limit)))
            self->send(order.owner, calls_ended{});
        self->send(order.owner, runner_idle{self});
      },
  };
}

} // namespace evenkeel
