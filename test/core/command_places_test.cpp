#include "actors/core/command_places.hpp"

#include <doctest/doctest.h>

using evenkeel::core::command_places;

TEST_CASE("one command is in line for each that runs") {
  command_places places;
  CHECK_FALSE(places.wants_in_line());
  places.on_start();
  places.on_start();
  int lined_up = 0;
  for (; places.wants_in_line(); ++lined_up)
    places.on_lined_up();
  CHECK(lined_up == 2);
  CHECK(places.in_line() == 2);
}

TEST_CASE("when the first in line takes the place of one that ended, there is room in line again") {
  command_places places;
  places.on_start();
  places.on_lined_up();
  places.on_end();
  places.on_left_line();
  places.on_start();
  CHECK(places.in_line() == 0);
  CHECK(places.wants_in_line());
}

TEST_CASE("nobody is wanted in line behind commands that have ended, or beside one taken back") {
  command_places places;
  places.on_start();
  places.on_lined_up();
  places.on_left_line(); // taken back
  CHECK(places.wants_in_line());
  places.on_end();
  CHECK_FALSE(places.wants_in_line());
  CHECK(places.in_line() == 0);
}
