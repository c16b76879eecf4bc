// Balance and prefetch: by hand where one step matters, and under a virtual clock with executors
// that take their time. Node 900 is a home without slots.
#include "dispatch_world.hpp"

#include <algorithm>
#include <chrono>

namespace evenkeel::core::test {

namespace {

constexpr std::uint64_t home = 900;
constexpr std::int64_t ms = us_per_ms;

/// Spread of the loads as the queue knows them, measured apart from its own account.
struct meter {
  explicit meter(world& measured) : w{measured} {
    last_us = w.now.steady_us;
    w.observe = [this] { look(); };
  }
  void look() {
    const auto elapsed = static_cast<double>(w.now.steady_us - last_us);
    last_us = w.now.steady_us;
    if (busy) {
      busy_us += elapsed;
      even_us += spread <= 1 ? elapsed : 0;
    }
    busy = w.queue.count().queued > 0;
    std::size_t largest = 0;
    std::size_t smallest = 1'000'000;
    for (const auto& [n, node] : w.nodes) {
      const auto running = std::min<std::size_t>(w.queue.load_of(ledger(n)), node.slots);
      largest = std::max(largest, running);
      if (running < node.slots)
        smallest = std::min(smallest, running);
    }
    spread = largest > smallest ? largest - smallest : 0;
  }
  [[nodiscard]] double share_even() const { return even_us / busy_us; }

  world& w;
  std::int64_t last_us = 0;
  bool busy = false;
  std::size_t spread = 0;
  double busy_us = 0;
  double even_us = 0;
};

/// How long avoidable spread stood at a time.
struct stretch {
  explicit stretch(world& measured) : w{measured} {
    w.observe = [this] { look(); };
  }
  void look() {
    if (w.queue.avoidable_spread() == 0)
      since_us = w.now.steady_us;
    longest_us = std::max(longest_us, w.now.steady_us - since_us);
  }
  world& w;
  std::int64_t since_us = 0;
  std::int64_t longest_us = 0;
};

void start_nodes(world& w, std::uint64_t count, std::uint32_t slots) {
  w.add(home, 0);
  w.link_up(home);
  for (std::uint64_t n = 1; n <= count; ++n) {
    w.add(n, slots);
    w.link_up(n);
  }
  w.run_for(10 * ms);
}

void run_to_the_end(world& w) {
  w.run_until(w.now.steady_us + 3'600'000 * ms, [&] { return w.open_jobs() == 0; });
  w.run_for(200 * ms);
  CHECK(w.problem == "");
  CHECK(w.open_jobs() == 0);
  CHECK(w.queue.count().jobs == 0);
  CHECK(w.queue.check_invariants() == "");
}

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

// -- prefetch

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
  far_away.one_way_us = 5 * ms;
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
  world w{{}, 1};
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

// -- under a virtual clock

TEST_CASE("four nodes are even for 99 percent of the time with jobs of random length") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    CAPTURE(seed);
    world w{{}, seed};
    start_nodes(w, 4, 4);
    meter measured{w};
    for (int i = 0; i < 2000; ++i)
      w.submit(home, command(), 1 * ms + static_cast<std::int64_t>(w.below(200'000)));
    run_to_the_end(w);
    CHECK(measured.busy_us > 1e6);
    CHECK(measured.share_even() >= 0.99);
    CHECK(w.queue.share_of_time_even() >= 0.99);
    CHECK(w.repeated == 0);
  }
}

TEST_CASE("short jobs and prefetch leave no avoidable spread that lasts") {
  world w{{}, 1};
  start_nodes(w, 4, 4);
  stretch avoidable{w};
  for (int burst = 0; burst < 20; ++burst)
    w.after(burst * 300 * ms, [&w] {
      for (int i = 0; i < 200; ++i)
        w.submit(home, command(),
                 1 * ms + static_cast<std::int64_t>(w.below(w.below(30) == 0 ? 300'000 : 5000)));
    });
  w.run_for(20 * 300 * ms);
  run_to_the_end(w);
  CHECK(w.repeated == 0);
  CHECK(avoidable.longest_us <= 6 * w.one_way_us);
}

TEST_CASE("a thousand nodes that come and go stay even, and nothing runs twice but after a loss") {
  world w{{}, 7};
  w.one_way_us = 5 * ms; // far enough apart for prefetch
  w.add(home, 0);
  w.link_up(home);
  for (std::uint64_t n = 1001; n <= 2000; ++n) {
    w.add(n, static_cast<std::uint32_t>(1 + w.below(16)));
    if (n <= 1700)
      w.link_up(n);
  }
  stretch avoidable{w};
  for (int i = 0; i < 24'000; ++i) { // in three waves
    const auto longest_us = w.below(40) == 0 ? 2'000'000U : 150'000U;
    w.after(100 * ms + i % 3 * 1500 * ms, [&w, longest_us] {
      w.submit(home, command(), static_cast<std::int64_t>(w.below(longest_us)));
    });
  }
  for (int change = 0; change < 600; ++change)
    w.after(100 * ms + change * 10 * ms, [&w, change] {
      const auto n = 1001 + w.below(1000);
      if (!w.nodes.at(n).up())
        w.link_up(n);
      else if (change % 2 == 0)
        w.leave(n);
      else
        w.link_down(n);
    });
  w.run_for(6500 * ms);
  for (const auto& [n, node] : w.nodes)
    w.link_up(n);
  run_to_the_end(w);
  CHECK(w.repeated == 0);
  CHECK(w.queue.share_of_time_even() >= 0.99);
  CHECK(avoidable.longest_us <= 6 * w.one_way_us);
  CHECK(w.held_anywhere() == 0);
}

TEST_CASE("short jobs reach four fifths of what is possible, whatever the slots and round trip") {
  for (const std::uint32_t slots : {1U, 4U, 16U})
    for (const std::int64_t one_way_us : {500, 5000}) {
      CAPTURE(slots);
      CAPTURE(one_way_us);
      CHECK(efficiency(2, slots, 1 * ms, one_way_us) >= 0.8);
    }
}

TEST_CASE("the cost of a dispatch" * doctest::skip()) {
  for (const std::uint64_t nodes : {10U, 10'000U}) {
    dispatch_queue queue{{}};
    instant now{1'000'000, 1};
    dispatch_effects fx;
    queue.on_epoch({1, 1}, false, now, fx);
    const auto join = [&](std::uint64_t n, std::uint32_t slots) {
      queue.on_node_up({ledger(n), 1, {1, n}, slots, "c", "n", "", {}}, now, fx);
      queue.on_message({ledger(n), 1, inventory{true, true, {}, {}}}, now, fx);
    };
    for (std::uint64_t n = 1; n <= nodes; ++n)
      join(n, 16);
    join(1'000'000, 0);
    constexpr std::uint64_t jobs = 200'000;
    submit_batch batch;
    for (std::uint64_t sequence = 1; sequence <= jobs; ++sequence)
      batch.jobs.push_back(fresh_job(sequence));
    queue.on_message({ledger(1'000'000), 1, batch}, now, fx);
    std::vector<std::pair<std::uint64_t, attempt_ref>> running;
    std::uint64_t ended = 0;
    const auto began = std::chrono::steady_clock::now();
    while (ended < jobs) {
      fx = {};
      now.steady_us += 1000;
      queue.flush(now, fx);
      running.clear();
      for (const auto& output : fx.outputs)
        if (const auto* sent = std::get_if<to_node>(&output))
          if (const auto* assigned = std::get_if<assign_batch>(&sent->content))
            for (const auto& x : assigned->jobs)
              running.emplace_back(sent->ledger.low, x.what);
      for (const auto& [n, what] : running) {
        queue.on_results(ledger(n), {what}, now, fx);
        queue.on_message({ledger(1'000'000), 1, result_ack{{what}}}, now, fx);
        ++ended;
      }
    }
    const auto took = std::chrono::steady_clock::now() - began;
    MESSAGE(nodes, " nodes: ",
            std::chrono::duration_cast<std::chrono::nanoseconds>(took).count()
                / static_cast<std::int64_t>(jobs),
            " ns per job, from queue to acknowledgement");
  }
}

} // namespace evenkeel::core::test
