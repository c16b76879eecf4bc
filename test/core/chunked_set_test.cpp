#include "actors/core/chunked_set.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <set>
#include <utility>
#include <vector>

using evenkeel::core::chunked_set;

namespace {

using small_chunks = chunked_set<std::uint32_t, 4>;

void check_same(const small_chunks& chunks, const std::set<std::uint32_t>& expected) {
  REQUIRE(chunks.size() == expected.size());
  CHECK(chunks.empty() == expected.empty());
  if (!expected.empty())
    CHECK(chunks.front() == *expected.begin());
  std::vector<std::uint32_t> all;
  chunks.for_each([&](auto x) { all.push_back(x); });
  CHECK(all == std::vector<std::uint32_t>(expected.begin(), expected.end()));
}

} // namespace

TEST_CASE("a chunked set is what std::set is, whatever comes and goes") {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    std::mt19937 luck(seed);
    small_chunks chunks;
    std::set<std::uint32_t> expected;
    const auto range = 10 + luck() % 200;
    for (int step = 0; step < 400; ++step) {
      const auto x = static_cast<std::uint32_t>(luck() % range);
      switch (luck() % 4) {
      case 0:
      case 1:
        CHECK(chunks.insert(x) == expected.insert(x).second);
        break;
      case 2:
        CHECK(chunks.erase(x) == expected.erase(x));
        break;
      default:
        if (!expected.empty()) {
          const auto lowest = chunks.front();
          CHECK(chunks.erase(lowest) == 1);
          expected.erase(lowest);
        }
      }
      CHECK(chunks.contains(x) == expected.contains(x));
      check_same(chunks, expected);
    }
  }
}

TEST_CASE("a chunked set that was moved from is empty and can be used again") {
  small_chunks chunks;
  for (std::uint32_t i = 0; i < 20; ++i)
    chunks.insert(i);
  const auto taken = std::exchange(chunks, {});
  CHECK(taken.size() == 20);
  CHECK(chunks.empty());
  CHECK(chunks.insert(7));
  CHECK(chunks.front() == 7);
}
