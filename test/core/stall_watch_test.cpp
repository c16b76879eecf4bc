#include "actors/core/stall_watch.hpp"

#include <doctest/doctest.h>

using evenkeel::core::instant;
using evenkeel::core::stall_watch;

namespace {

instant at_ms(std::int64_t ms) {
  return {ms * evenkeel::core::us_per_ms, 0};
}

} // namespace

TEST_CASE("R8: a tick that comes within a quarter of the lease is no stall") {
  stall_watch watch{4000};
  CHECK_FALSE(watch.late(at_ms(0)));
  CHECK_FALSE(watch.late(at_ms(50)));
  CHECK_FALSE(watch.late(at_ms(1050)));
}

TEST_CASE("R8: a tick later than a quarter of the lease is a stall, once") {
  stall_watch watch{4000};
  CHECK_FALSE(watch.late(at_ms(0)));
  CHECK(watch.late(at_ms(1001)));
  CHECK_FALSE(watch.late(at_ms(1051)));
}

TEST_CASE("the first tick of a process is no stall, whatever its clock shows") {
  stall_watch watch{4000};
  CHECK_FALSE(watch.late(at_ms(1'000'000)));
}

TEST_CASE("a lease shorter than a few ticks does not make every tick a stall") {
  stall_watch watch{100};
  CHECK_FALSE(watch.late(at_ms(0)));
  CHECK_FALSE(watch.late(at_ms(60)));
  CHECK(watch.late(at_ms(300)));
}

TEST_CASE("a new lease counts from the next tick on") {
  stall_watch watch{4000};
  CHECK_FALSE(watch.late(at_ms(0)));
  watch.set_lease_ms(1000);
  CHECK(watch.late(at_ms(300)));
}
