// How many runners are woken for home calls.
#include "actors/core/runner_demand.hpp"

#include <doctest/doctest.h>

namespace evenkeel::core {

namespace {

runner_demand calls(int count, std::uint32_t expected_us) {
  runner_demand demand;
  for (int i = 0; i < count; ++i)
    demand.on_call(expected_us);
  return demand;
}

} // namespace

TEST_CASE("for many calls of microseconds one runner is enough, and none is woken beside it") {
  CHECK(calls(50, 1).take(0, false) == 1);
  CHECK(calls(50, 1).take(1, false) == 0);
}

TEST_CASE(
    "calls that are worth it get a runner for each 0.1 ms, and no more than there are calls") {
  CHECK(calls(10, 50).take(0, false) == 6);
  CHECK(calls(10, 50).take(4, false) == 2);
  CHECK(calls(2, 900).take(0, false) == 2);
}

TEST_CASE("where something else runs, nobody counts on busy runners") {
  CHECK(calls(3, 1).take(2, true) == 3);
}

TEST_CASE("nobody is woken twice for a call") {
  auto demand = calls(3, 900);
  CHECK(demand.any());
  demand.take(0, false);
  CHECK_FALSE(demand.any());
  CHECK(demand.take(0, true) == 0);
}

} // namespace evenkeel::core
