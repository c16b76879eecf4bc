#include "actors/core/traffic_digest.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace evenkeel;
using namespace evenkeel::core;

namespace {

core::instant at_ms(std::int64_t ms) {
  return {ms * us_per_ms, 0};
}

const ledger_id a{1, 1};
const ledger_id b{2, 2};

to_node jobs_for(const ledger_id& ledger, std::size_t number) {
  assign_batch batch;
  batch.jobs.resize(number);
  return {ledger, 1, std::move(batch)};
}

traffic_digest with_two_nodes() {
  traffic_digest digest;
  digest.on_node_up({a, 1, {}, 1, "k7m2q", "a", "", {}});
  digest.on_node_up({b, 1, {}, 1, "v2x9d", "b", "", {}});
  return digest;
}

} // namespace

TEST_CASE("a digest counts what passed and names the nodes that got jobs") {
  auto digest = with_two_nodes();
  submit_batch batch;
  batch.jobs.resize(5);
  digest.on_incoming(batch);
  digest.on_outgoing(jobs_for(a, 3));
  digest.on_outgoing(jobs_for(b, 2));
  result_batch results;
  results.results.resize(4);
  digest.on_incoming(results);
  digest.on_outgoing({a, 1, results});
  CHECK(digest.line(at_ms(0)).value_or("")
        == "passed: 5 submitted, 5 to run (a 3, b 2), 4 results taken, 4 results brought home");
}

TEST_CASE("a digest tells nothing twice and nothing of nothing") {
  auto digest = with_two_nodes();
  CHECK_FALSE(digest.line(at_ms(0)));
  digest.on_outgoing(jobs_for(a, 1));
  CHECK(digest.line(at_ms(1)));
  CHECK_FALSE(digest.line(at_ms(5000)));
}

TEST_CASE("a digest is one line a second at most and loses no count between two") {
  auto digest = with_two_nodes();
  digest.on_outgoing(jobs_for(a, 1));
  CHECK(digest.line(at_ms(0)));
  digest.on_outgoing(jobs_for(a, 1));
  CHECK_FALSE(digest.line(at_ms(999)));
  digest.on_outgoing(jobs_for(a, 1));
  CHECK(digest.line(at_ms(1000)).value_or("") == "passed: 2 to run (a 2)");
}

TEST_CASE("a digest does not count what goes to a node that is down") {
  auto digest = with_two_nodes();
  digest.on_node_down({a, 1, false});
  digest.on_outgoing(jobs_for(a, 1));
  CHECK_FALSE(digest.line(at_ms(0)));
}

TEST_CASE("a digest names a bounded number of nodes") {
  traffic_digest digest;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    digest.on_node_up({{i, i}, 1, {}, 1, "", "node" + std::to_string(i), "", {}});
    digest.on_outgoing(jobs_for({i, i}, 1));
  }
  const auto line = digest.line(at_ms(0)).value_or("");
  CHECK(line.ends_with(", ...)"));
  CHECK(line.size() < 300);
}
