// Balance under a virtual clock with executors that take their time. Node 9 is a home without
// slots.
#include "dispatch_world.hpp"

#include <algorithm>
#include <chrono>

namespace evenkeel::core::dispatch_test {

namespace {

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
    if (stands)
      longest_us = std::max(longest_us, w.now.steady_us - since_us);
    const bool now_stands = w.queue.avoidable_spread() > 0;
    if (now_stands && !stands)
      since_us = w.now.steady_us;
    stands = now_stands;
  }
  world& w;
  bool stands = false;
  std::int64_t since_us = 0;
  std::int64_t longest_us = 0;
};

} // namespace

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

} // namespace evenkeel::core::dispatch_test
