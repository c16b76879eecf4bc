// What a log can bear.
#include "messages/line_budget.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using evenkeel::line_budget;

TEST_CASE("ten lines at once, then one a second that counts the others") {
  line_budget budget;
  std::int64_t now_us = 5'000'000;
  for (int i = 0; i < 10; ++i)
    CHECK(budget.take("line", now_us) == "line");
  CHECK_FALSE(budget.take("line", now_us));
  CHECK_FALSE(budget.take("line", now_us + 900'000));
  now_us += 1'000'000;
  CHECK(budget.take("line", now_us) == "line (and 2 others since the last such line)");
  CHECK_FALSE(budget.take("line", now_us));
}

TEST_CASE("a quiet hour is worth no more than ten lines") {
  line_budget budget;
  CHECK(budget.take("line", 0));
  constexpr std::int64_t hour_us = 3'600'000'000;
  for (int i = 0; i < 10; ++i)
    CHECK(budget.take("line", hour_us));
  CHECK_FALSE(budget.take("line", hour_us));
}
