// Prefetch and recall: by hand where one step matters, else under a virtual clock. Node 9 is a home
// without slots.
#include "dispatch_world.hpp"

#include <algorithm>

namespace evenkeel::core::dispatch_test {

namespace {

/// Ended jobs per second and slot, in units of what is possible, with everybody busy.
double efficiency(std::uint64_t nodes, std::uint32_t slots, std::int64_t job_us,
                  std::int64_t one_way_us) {
  world w{{}, 1};
  w.one_way_us = one_way_us;
  start_nodes(w, nodes, slots);
  const auto possible = [&](std::int64_t us) {
    return static_cast<double>(us * static_cast<std::int64_t>(nodes * slots))
           / static_cast<double>(job_us);
  };
  const auto jobs = static_cast<int>(possible(1500 * ms));
  for (int i = 0; i < jobs; ++i)
    w.submit(home, command(), job_us);
  w.run_for(700 * ms); // until the depth has settled
  const auto before = w.ended;
  w.run_for(300 * ms);
  return static_cast<double>(w.ended - before) / possible(300 * ms);
}

/// Many jobs of this length go through node 1, so that its rate is known and it holds prefetch.
struct with_prefetch : dispatch_harness {
  with_prefetch() {
    join(home, 0);
    join(1, 2);
    submit_commands(home, 1, 400);
    std::vector<attempt_ref> running;
    for (int round = 0; round < 40; ++round) {
      for (const auto& x : assigned(1))
        running.push_back(x.what);
      const auto first = running.front();
      running.erase(running.begin());
      result(1, first);
      if (round % 10 == 9)
        advance(50);
    }
    for (const auto& x : assigned(1))
      running.push_back(x.what);
    holds = running;
    REQUIRE(load(1) > 2);
  }
  std::vector<attempt_ref> holds; ///< by node 1, oldest first
};

} // namespace

TEST_CASE("nothing is prefetched while a free slot exists") {
  with_prefetch h;
  h.join(2, 4);
  CHECK(h.load(2) == 4);
  h.result(2, h.assigned(2).front().what);
  CHECK(h.load(2) == 4); // the next one goes there, not behind others
}

TEST_CASE("prefetch grows with the rate of ends and the round trip") {
  world near_by{{}, 1};
  start_nodes(near_by, 1, 4);
  world far_away{{}, 1};
  far_away.one_way_us = 20 * ms; // pings of less count as 10 ms
  start_nodes(far_away, 1, 4);
  for (auto* w : {&near_by, &far_away}) {
    for (int i = 0; i < 10'000; ++i)
      w->submit(home, command(), 2 * ms);
    w->run_for(1000 * ms);
  }
  CHECK(near_by.queue.load_of(ledger(1)) > 4);
  CHECK(far_away.queue.load_of(ledger(1)) > 2 * near_by.queue.load_of(ledger(1)));
}

TEST_CASE("nothing is prefetched for long jobs") {
  world w{{}, 1};
  start_nodes(w, 2, 4);
  for (int i = 0; i < 100; ++i)
    w.submit(home, command(), 60'000 * ms);
  w.run_for(130'000 * ms);
  CHECK(w.queue.load_of(ledger(1)) == 4);
  CHECK(w.queue.load_of(ledger(2)) == 4);
}

TEST_CASE("once jobs are never prefetched, and jobs behind them may be") {
  with_prefetch h;
  h.result(1, h.holds.front());
  h.join(2, 0);
  const auto before = h.load(1);
  h.submit(home, {[] {
             auto x = fresh_job(1000, once_command(), 1); // before all others
             return x;
           }()});
  h.result(1, h.holds.at(1));
  CHECK(h.load(1) == before);
  CHECK(h.take<grant_request>(home).empty());
}

TEST_CASE("not-started jobs are recalled when a node joins, and run there as the same attempt") {
  with_prefetch h;
  h.say(home, cancel_batch{[&] { // an empty queue
          std::vector<std::uint64_t> all;
          for (std::uint64_t sequence = h.holds.back().job.sequence + 1; sequence <= 400;
               ++sequence)
            all.push_back(sequence);
          return all;
        }()});
  h.join(2, 1);
  const auto back = h.recalled(1);
  REQUIRE(back.size() == 1);
  CHECK(back.front() == h.holds.back()); // the youngest: farthest from its start
  h.release(1, back.front(), release_reason::recalled);
  const auto again = h.assigned(2);
  REQUIRE(again.size() == 1);
  CHECK(again.front().what.job == back.front().job);
  CHECK(again.front().attempt == 1);
}

TEST_CASE("a draining node gets no more work, and gives back what has not started") {
  with_prefetch h;
  h.say(1, drain{});
  const auto back = h.recalled(1);
  CHECK(back.size() == h.holds.size() - 2);
  for (const auto& what : back)
    h.release(1, what, release_reason::recalled);
  h.result(1, h.holds.at(0));
  CHECK(h.assigned(1).empty());
  CHECK(h.load(1) == 1);
  h.join(2, 1);
  CHECK(h.assigned(2).size() == 1);
}

TEST_CASE("a job that its executor keeps stays there and is not asked for again") {
  with_prefetch h;
  h.join(2, 400); // drains the queue and still idles
  std::vector<attempt_ref> kept;
  for (auto back = h.recalled(1); !back.empty(); back = h.recalled(1))
    for (const auto& what : back) {
      CHECK(std::find(kept.begin(), kept.end(), what) == kept.end());
      kept.push_back(what);
      h.release(1, what, release_reason::kept);
    }
  CHECK(!kept.empty());
  CHECK(h.load(1) == h.holds.size());
}

TEST_CASE("jobs are not recalled for nodes that lack their function") {
  std::uint64_t recalls = 0;
  world w{{}, 1};
  w.on_sent = [&](const to_node& sent) {
    recalls += std::holds_alternative<recall_batch>(sent.content) ? 1 : 0;
  };
  w.add(home, 0);
  w.link_up(home);
  w.add(1, 1, {"near"});
  w.link_up(1);
  w.add(2, 8);
  w.link_up(2);
  w.run_for(10 * ms);
  for (int i = 0; i < 1000; ++i)
    w.submit(home, function_call("near"), 1 * ms);
  run_to_the_end(w);
  CHECK(recalls == 0);
  CHECK(w.repeated == 0);
}

TEST_CASE("what waits behind jobs that have become long is given to others") {
  world w{{}, 1};
  start_nodes(w, 2, 2);
  for (int i = 0; i < 2000; ++i) // short ones, then long ones
    w.submit(home, command(), 1 * ms);
  for (int i = 0; i < 20; ++i)
    w.submit(home, command(), 10'000 * ms);
  w.run_for(5000 * ms);
  CHECK(w.queue.load_of(ledger(1)) == 2);
  CHECK(w.queue.load_of(ledger(2)) == 2);
  CHECK(w.queue.count().queued == 16);
}

TEST_CASE("short jobs reach four fifths of what is possible, whatever the slots and round trip") {
  for (const std::uint32_t slots : {1U, 4U, 16U})
    for (const std::int64_t one_way_us : {500, 5000}) {
      CAPTURE(slots);
      CAPTURE(one_way_us);
      CHECK(efficiency(2, slots, 1 * ms, one_way_us) >= 0.8);
    }
}

} // namespace evenkeel::core::dispatch_test
