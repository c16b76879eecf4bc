// Random histories of a cluster: jobs of all kinds from several homes, nodes that crash, leave,
// lose their links and come back, a proxy that restarts with and without its disk. After each step
// the invariants hold; once the world is healed, every job reaches its end. Each seed is one
// history: on a failure doctest prints it, and EVENKEEL_SEED=n runs it alone.
#include "dispatch_world.hpp"

#include <cstdlib>

namespace evenkeel::core::dispatch_test {

namespace {

constexpr std::uint64_t node_count = 5;

dispatch_settings drawn_settings(std::uint64_t seed) {
  std::mt19937_64 random{seed};
  dispatch_settings settings;
  settings.cluster.grace_ms = 400;
  settings.cluster.lease_ms = 3000;
  settings.refused_retry_ms = 100;
  settings.max_deaths = 2 + static_cast<std::uint32_t>(random() % 2);
  settings.weighted = random() % 4 == 0;
  settings.absent_home_jobs = 1 + random() % 10;
  if (random() % 4 == 0)
    settings.dispatch_period_ms = 100;
  if (random() % 4 == 0)
    settings.max_jobs_per_round = 2;
  return settings;
}

struct history {
  explicit history(std::uint64_t seed) : w{drawn_settings(seed), seed} {
    w.check_always = true;
    w.one_way_us = static_cast<std::int64_t>(100 + w.below(20'000));
    for (std::uint64_t n = 1; n <= node_count; ++n) {
      std::vector<std::string> functions;
      if (n % 2 == 0)
        functions.emplace_back("even");
      w.add(n, static_cast<std::uint32_t>(n == 5 ? 0 : 1 + w.below(4)), functions);
      if (w.below(3) > 0)
        w.link_up(n);
    }
  }

  void run(int steps) {
    for (int i = 0; i < steps && w.problem.empty(); ++i) {
      act();
      w.run_for(static_cast<std::int64_t>(w.below(w.below(10) == 0 ? 300'000 : 15'000)));
    }
  }

  void submit(std::uint64_t n) {
    auto spec = command();
    if (w.below(4) == 0)
      spec = function_call("even");
    spec.once = w.below(5) == 0;
    // Some are short, and prefetched.
    const auto longest = w.below(2) == 0 ? 5 * ms : 200 * ms;
    w.submit(n, spec, static_cast<std::int64_t>(w.below(static_cast<std::uint64_t>(longest))));
  }

  void act() {
    const auto n = 1 + w.below(node_count);
    auto& node = w.nodes.at(n);
    const auto choice = w.below(100);
    if (choice < 40) {
      for (auto count = w.below(w.below(8) == 0 ? 60 : 6); count > 0; --count)
        submit(n);
    } else if (choice < 50 && !node.jobs.empty()) {
      w.cancel(n, 1 + w.below(node.jobs.size()));
    } else if (choice < 60) {
      w.link_down(n);
    } else if (choice < 66) {
      w.crash(n, w.below(2) == 0);
    } else if (choice < 69) {
      w.leave(n);
    } else if (choice < 72 && node.up()) {
      w.restart_proxy(w.below(3) == 0);
    } else {
      w.link_up(n);
    }
  }

  void heal() {
    w.run_until(w.now.steady_us + 600'000 * ms, [this] {
      for (const auto& [n, node] : w.nodes)
        if (!node.up())
          w.link_up(n);
      return w.open_jobs() == 0;
    });
    w.run_for(2000 * ms); // the last acknowledgements
  }

  world w;
};

void check_history(std::uint64_t seed) {
  CAPTURE(seed);
  history h{seed};
  h.run(150);
  h.heal();
  CHECK(h.w.problem == "");
  CHECK(h.w.open_jobs() == 0);
  CHECK(h.w.queue.count().jobs == 0);
  CHECK(h.w.queue.count().bytes == 0);
  CHECK(h.w.held_anywhere() == 0);
  CHECK(h.w.queue.avoidable_spread() == 0);
  for (std::uint64_t n = 1; n <= node_count; ++n)
    CHECK(h.w.queue.load_of(ledger(n)) == 0);
}

} // namespace

TEST_CASE("whatever happens, a healed cluster brings every job to its end") {
  if (const char* chosen = std::getenv("EVENKEEL_SEED")) {
    check_history(std::strtoull(chosen, nullptr, 10));
    return;
  }
  const char* most = std::getenv("EVENKEEL_SEEDS");
  const auto last = most != nullptr ? std::strtoull(most, nullptr, 10) : 200;
  for (std::uint64_t seed = 1; seed <= last; ++seed)
    check_history(seed);
}

} // namespace evenkeel::core::dispatch_test
