#include "actors/core/load_table.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

namespace evenkeel::core::test {

namespace {

ledger_id node(std::uint64_t n) {
  return {0, n};
}

load_table::entry with(std::uint32_t slots, std::uint32_t load, std::uint32_t prefetch = 0) {
  return {slots, load, slots + prefetch, 0};
}

ledger_id best(const load_table& table) {
  return table.ready().begin()->second.begin()->executor;
}

/// By moving one job after the other to the emptiest.
std::uint32_t avoidable_by_hand(const load_table& table) {
  load_table levelled;
  for (const auto& [id, x] : table.entries())
    levelled.set(id, {x.slots, x.running(), x.capacity > 0 ? x.slots : 0, 0});
  for (auto moves = std::min(table.excess(), table.idle()); moves > 0; --moves) {
    const auto id = best(levelled);
    auto x = levelled.entries().at(id);
    ++x.load;
    levelled.set(id, x);
  }
  const auto before = table.spread();
  const auto after = levelled.spread();
  return before > after ? before - after : 0;
}

} // namespace

TEST_CASE("the executor with the fewest running comes first, ties by id") {
  load_table table;
  table.set(node(3), with(4, 1));
  table.set(node(2), with(4, 2));
  CHECK(best(table) == node(3));
  table.set(node(1), with(4, 1));
  CHECK(best(table) == node(1));
}

TEST_CASE("free slots come before any prefetch") {
  load_table table;
  table.set(node(1), with(1, 1, 10));
  table.set(node(2), with(9, 8));
  CHECK(best(table) == node(2));
  table.set(node(2), with(9, 9));
  CHECK(best(table) == node(1));
}

TEST_CASE("an executor that is full is not ready") {
  load_table table;
  table.set(node(1), with(2, 2));
  CHECK(table.ready().empty());
}

TEST_CASE("weighted, the least load per slot comes first") {
  load_table table{true};
  table.set(node(1), with(2, 1));
  table.set(node(2), with(8, 3));
  CHECK(best(table) == node(2));
}

TEST_CASE("the ready ones and the free slots are told by kind") {
  load_table table;
  table.set(node(1), {4, 1, 4, 7});
  table.set(node(2), {4, 4, 4, 8});
  CHECK(table.ready().size() == 1);
  CHECK(table.ready().contains(7));
  CHECK(table.idle_kinds() == std::map<std::uint32_t, std::uint64_t>{{7, 3}});
}

TEST_CASE("spread is the largest less the smallest, and a full executor is never the smallest") {
  load_table table;
  table.set(node(1), with(1, 1));
  table.set(node(2), with(8, 5));
  CHECK(table.spread() == 0);
  table.set(node(3), with(8, 2));
  CHECK(table.spread() == 3);
}

TEST_CASE("an executor that gets no work now is not the smallest") {
  load_table table;
  table.set(node(1), with(8, 5));
  table.set(node(2), {8, 0, 0, 0});
  CHECK(table.spread() == 0);
  CHECK(table.idle() == 3);
}

TEST_CASE("what is gone counts no more") {
  load_table table;
  table.set(node(1), with(8, 5, 4));
  table.set(node(2), with(8, 10, 4));
  table.remove(node(2));
  table.remove(node(1));
  CHECK(table.slots() == 0);
  CHECK(table.running() == 0);
  CHECK(table.excess() == 0);
  CHECK(table.idle() == 0);
  CHECK(table.overfull().empty());
  CHECK(table.ready().empty());
  CHECK(table.spread() == 0);
}

TEST_CASE("the fullest executor is the last of the overfull ones") {
  load_table table;
  table.set(node(1), with(2, 7, 9));
  table.set(node(2), with(2, 4, 9));
  CHECK(table.overfull().rbegin()->executor == node(1));
  CHECK(table.excess() == 7);
}

TEST_CASE("avoidable is the spread that not-started jobs could fill") {
  load_table table;
  table.set(node(1), with(4, 6, 8));
  table.set(node(2), with(4, 0));
  CHECK(table.spread() == 4);
  CHECK(table.avoidable_spread() == 2);
  table.set(node(1), with(4, 4, 8));
  CHECK(table.avoidable_spread() == 0);
}

TEST_CASE("every total is what its executors add up to") {
  const bool good = rc::check([] {
    using change = std::tuple<std::uint8_t, std::uint8_t, std::uint8_t, std::uint8_t>;
    const auto changes = *rc::gen::arbitrary<std::vector<change>>();
    load_table table;
    for (const auto& [id, slots, load, prefetch] : changes) {
      const std::uint32_t most = slots % 9U;
      if (load % 10 == 9)
        table.remove(node(id % 8U));
      else
        table.set(node(id % 8U),
                  {most, load % 16U, prefetch % 4 == 0 ? 0 : most + prefetch % 5U, id % 3U});
    }
    std::uint64_t idle = 0;
    std::uint64_t excess = 0;
    std::uint64_t running = 0;
    std::size_t ready = 0;
    for (const auto& [id, x] : table.entries()) {
      idle += x.idle();
      excess += x.excess();
      running += x.running();
      ready += x.load < x.capacity ? 1 : 0;
    }
    std::size_t listed = 0;
    for (const auto& [kind, places] : table.ready())
      listed += places.size();
    RC_ASSERT(table.idle() == idle);
    RC_ASSERT(table.excess() == excess);
    RC_ASSERT(table.running() == running);
    RC_ASSERT(listed == ready);
    RC_ASSERT(table.avoidable_spread() == avoidable_by_hand(table));
  });
  CHECK(good);
}

TEST_CASE("the means weigh each state by how long it stood") {
  load_table table;
  table.account({1'000'000, 0}, true);
  table.set(node(1), with(4, 3));
  table.set(node(2), with(4, 0));
  table.account({1'000'000, 0}, true);
  table.account({2'000'000, 0}, true); // a second of spread 3
  table.set(node(2), with(4, 2));
  table.account({5'000'000, 0}, true); // three of spread 1
  CHECK(table.mean_spread() == doctest::Approx(1.5));
  CHECK(table.share_even() == doctest::Approx(0.75));
}

TEST_CASE("time without a queue does not count for the share of even time") {
  load_table table;
  table.set(node(1), with(4, 3));
  table.set(node(2), with(4, 0));
  table.account({1, 0}, false);
  table.account({2'000'000, 0}, false);
  CHECK(table.share_even() == 1);
}

} // namespace evenkeel::core::test
