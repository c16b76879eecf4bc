// When an executor works on what has happened.
#include "actors/core/input_hold.hpp"

#include <doctest/doctest.h>

namespace evenkeel::core {

using decision = input_hold::decision;

TEST_CASE("what is urgent is worked on at once, with all that was held") {
  input_hold hold;
  CHECK(hold.on_input(true) == decision::flush);
  CHECK_FALSE(hold.holds());
  CHECK(hold.on_input(false) == decision::timer);
  CHECK(hold.holds());
  CHECK(hold.on_input(true) == decision::flush);
  hold.on_flush();
  CHECK_FALSE(hold.holds());
}

TEST_CASE("the first input that is held starts a timer, the others do not") {
  input_hold hold;
  for (int round = 0; round < 3; ++round) {
    CHECK(hold.on_input(false) == decision::timer);
    CHECK(hold.on_input(false) == decision::hold);
    CHECK(hold.on_input(false) == decision::hold);
    hold.on_flush();
  }
}

TEST_CASE("never more than the most is held") {
  input_hold hold;
  for (std::uint32_t i = 1; i < input_hold::most; ++i)
    CHECK(hold.on_input(false) != decision::flush);
  CHECK(hold.on_input(false) == decision::flush);
  CHECK(hold.on_input(false) == decision::flush); // before the flush has come
}

} // namespace evenkeel::core
