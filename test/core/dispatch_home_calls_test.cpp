// What the dispatch queue hears of calls that homes run by themselves: long ones hold slots, and
// all of them are counted.
#include "dispatch_harness.hpp"

namespace evenkeel::core::dispatch_test {

namespace {

struct with_two_nodes : with_home {
  with_two_nodes() {
    join(1, 2);
    join(2, 2);
  }
  void report(std::uint64_t n, std::uint32_t home_calls, std::uint64_t done) {
    load_report said_by_it;
    said_by_it.link = links[n];
    said_by_it.home_calls = home_calls;
    said_by_it.home_calls_done = done;
    step([&](auto&) { queue.on_load_report(ledger(n), said_by_it, now); });
  }
  void submit_suspected() {
    auto suspected = sent_before(1);
    suspected.attempts = 2;
    suspected.deaths = 2;
    submit(home, {suspected});
  }
  std::map<std::string, std::string> shown(request_kind kind) {
    query question;
    question.request.kind = kind;
    say(home, question);
    std::map<std::string, std::string> all;
    const auto reply = take<answer>(home).front();
    for (const auto& record : reply.content.records) {
      const auto prefix = kind == request_kind::nodes ? record.front().second + "." : "";
      for (const auto& [name, value] : record)
        all[prefix + name] = value;
    }
    return all;
  }
};

} // namespace

TEST_CASE_FIXTURE(with_two_nodes, "long home calls count as running jobs when a node is chosen") {
  report(1, 1, 0);
  submit_commands(home, 1, 3);
  CHECK(assigned(1).size() == 1);
  CHECK(assigned(2).size() == 2);
  auto nodes = shown(request_kind::nodes);
  CHECK(nodes["node1.running"] == "2");
  CHECK(nodes["node1.queued"] == "0");
}

TEST_CASE_FIXTURE(with_two_nodes,
                  "what waits behind long home calls is recalled when others idle") {
  submit_commands(home, 1, 4);
  const auto first = assigned(1);
  const auto second = assigned(2);
  REQUIRE(first.size() == 2);
  report(1, 1, 0);
  CHECK(recalled(1).empty()); // nobody else has room
  result(2, second.front().what);
  flush();
  CHECK(recalled(1) == std::vector<attempt_ref>{first.back().what});
}

TEST_CASE_FIXTURE(with_two_nodes, "R14: a last try goes to a node without long home calls") {
  report(1, 1, 0);
  submit_suspected();
  CHECK(assigned(1).empty());
  const auto tries = assigned(2);
  REQUIRE(tries.size() == 1);
  CHECK(tries.front().alone);
}

TEST_CASE_FIXTURE(with_two_nodes, "R14: a last try waits until long home calls are over") {
  report(1, 1, 0);
  report(2, 1, 0);
  submit_suspected();
  CHECK(assigned(1).empty());
  CHECK(assigned(2).empty());
  report(1, 0, 0);
  flush();
  CHECK(assigned(1).size() + assigned(2).size() == 1);
}

TEST_CASE_FIXTURE(with_two_nodes, "a node that is gone has no home calls") {
  report(1, 2, 0);
  down(1);
  up(1);
  tell_held(1);
  submit_commands(home, 1, 4);
  CHECK(assigned(1).size() == 2);
}

TEST_CASE_FIXTURE(with_two_nodes, "home calls that have ended are counted, once") {
  report(1, 0, 100); // as many as before this proxy knew of any
  report(1, 0, 130);
  report(1, 0, 130);
  auto nodes = shown(request_kind::nodes);
  CHECK(nodes["node1.done"] == "30");
  CHECK(shown(request_kind::stats)["done"] == "30");
  CHECK(shown(request_kind::stats)["submitted"] == "30");
  down(1);
  up(1);
  report(1, 0, 135);
  CHECK(shown(request_kind::nodes)["node1.done"] == "35");
  down(1);
  new_process(1);
  up(1);
  report(1, 0, 2);
  report(1, 0, 5);
  CHECK(shown(request_kind::nodes)["node1.done"] == "38");
}

TEST_CASE("there are no home calls where rounds or periods set the pace") {
  dispatch_settings plain;
  plain.cluster.home_call_us = 1'000;
  CHECK(with_pace_kept(plain).cluster.home_call_us == 1'000);
  auto rounds = plain;
  rounds.dispatch_period_ms = 10'000;
  CHECK(with_pace_kept(rounds).cluster.home_call_us == 0);
  auto few = plain;
  few.max_jobs_per_round = 30;
  CHECK(with_pace_kept(few).cluster.home_call_us == 0);
  auto periods = plain;
  periods.cluster.result_period_ms = 3'000;
  CHECK(with_pace_kept(periods).cluster.home_call_us == 0);
}

TEST_CASE_FIXTURE(with_two_nodes, "a report of an earlier link says nothing of home calls") {
  load_report old;
  old.link = links[1] + 100;
  old.home_calls = 2;
  step([&](auto&) { queue.on_load_report(ledger(1), old, now); });
  submit_commands(home, 1, 4);
  CHECK(assigned(1).size() == 2);
}

} // namespace evenkeel::core::dispatch_test
