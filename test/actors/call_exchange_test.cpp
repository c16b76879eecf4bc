// Calls and their ends between the executor and its runners.
#include "actors/call_exchange.hpp"

#include <doctest/doctest.h>

namespace evenkeel::test {

namespace {

attempt_ref call(std::uint64_t sequence) {
  return {{{1, 2}, sequence}, {5, sequence}};
}

} // namespace

TEST_CASE("calls are taken in the order in which they came") {
  call_exchange calls;
  calls.push({call(1), nullptr, "first"});
  calls.push({call(2), nullptr, "second"});
  CHECK(calls.waiting() == 2);
  CHECK(calls.take()->arguments == "first");
  CHECK(calls.take()->arguments == "second");
  CHECK_FALSE(calls.take().has_value());
}

TEST_CASE("a call that has begun cannot be withdrawn, and one that waits can, once") {
  call_exchange calls;
  calls.push({call(1), nullptr, {}});
  calls.push({call(2), nullptr, {}});
  calls.take();
  CHECK_FALSE(calls.withdraw(call(1)));
  CHECK(calls.withdraw(call(2)));
  CHECK_FALSE(calls.withdraw(call(2)));
  CHECK(calls.waiting() == 0);
}

TEST_CASE("of many ends the first alone asks to be collected") {
  call_exchange calls;
  CHECK(calls.report({call(1), {}}));
  CHECK_FALSE(calls.report({call(2), {}}));
  CHECK(calls.collect().size() == 2);
  CHECK(calls.collect().empty());
  CHECK(calls.report({call(3), {}}));
}

TEST_CASE("while calls are held nobody gets one, and none is lost") {
  call_exchange calls;
  calls.push({call(1), nullptr, {}});
  calls.hold(true);
  CHECK_FALSE(calls.take().has_value());
  CHECK(calls.waiting() == 1);
  calls.hold(false);
  CHECK(calls.take().has_value());
}

} // namespace evenkeel::test
