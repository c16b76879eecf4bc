#include "bench/peers/table.hpp"

#include <doctest/doctest.h>

using namespace evenkeel::bench;

namespace {

row_results results(double ours, double peers, goal wanted) {
  row_results all;
  all.what.name = "some-row";
  all.what.lines = {{"things", "/s", {"us", "per_s"}, figure_name{"them", "per_s"}, wanted}};
  all.measured["us"]["per_s"] = {ours * 2, ours, ours / 2};
  if (peers > 0)
    all.measured["them"]["per_s"] = {peers};
  return all;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("the median of an even number of values is the middle of two") {
  CHECK(spread_of({4, 1, 3, 2}).median == 2.5);
  const auto odd = spread_of({9, 1, 5});
  CHECK(odd.median == 5);
  CHECK(odd.least == 1);
  CHECK(odd.most == 9);
}

TEST_CASE("a line of the table has medians, ranges, ratio, goal and verdict") {
  const auto text = as_table({results(30'000, 20'000, {goal::kind::ratio_at_least, 1.2})});
  CHECK(has(text, "| some-row | things, /s | 30,000 [15,000 to 60,000] | 20,000 [20,000 to 20,000] "
                  "| 1.50 | at least 1.2x | met |"));
}

TEST_CASE("a goal that is missed is said so, and one that cannot be judged as well") {
  CHECK(has(as_table({results(10, 20, {goal::kind::ratio_at_least, 1.2})}), "**not met**"));
  CHECK(has(as_table({results(10, 20, {goal::kind::ratio_at_most, 0.7})}), "| met |"));
  CHECK(has(as_table({results(10, 0, {goal::kind::ratio_at_most, 0.7})}), "| not measured |"));
  CHECK(has(as_table({results(1000, 0, {goal::kind::at_most, 700})}), "**not met**"));
}
