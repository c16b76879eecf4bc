// A world around a dispatch_queue under a virtual clock: homes with ledgers that never forget,
// executors that run jobs for a while, links with delays, and a proxy that relays results. Nodes
// crash and come back, links break, the proxy restarts. Everything follows from the seed.
#pragma once

#include "dispatch_harness.hpp"

#include <functional>
#include <random>
#include <set>

namespace evenkeel::core::dispatch_test {

struct home_job {
  submitted_job what;
  std::int64_t run_us = 0;
  fence last_lost;
  bool sent = false;
  bool ended = false;
};

struct held_item {
  assignment what;
  held_state state = held_state::queued;
  bool unasked = false;
  std::uint64_t order = 0;
};

struct world_node {
  // as a home
  std::map<std::uint64_t, home_job> jobs;
  std::uint64_t open = 0;
  // as an executor
  std::map<attempt_ref, held_item> held;
  std::set<std::pair<std::uint64_t, attempt_ref>> line; ///< queued ones by arrival
  std::uint32_t slots = 0;
  std::uint32_t running = 0;
  bool running_alone = false;
  std::vector<std::string> functions;
  // both
  incarnation process{1, 0};
  std::uint64_t link = 0; ///< 0: down
  std::uint64_t absences = 0;
  [[nodiscard]] bool up() const { return link != 0; }
};

class world {
public:
  world(dispatch_settings with, std::uint64_t seed);
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  std::mt19937_64 random;
  dispatch_settings settings;
  dispatch_queue queue;
  std::map<std::uint64_t, world_node> nodes;
  std::map<record::key, record::value> disk;
  instant now{1'000'000, 1'700'000'000'000};
  epoch current{0, 7};
  std::int64_t one_way_us = 500;
  bool check_always = false;
  std::string problem; ///< what went wrong first
  std::uint64_t ended = 0;
  std::uint64_t repeated = 0; ///< starts of a job that had been started, its executor never away
  struct start {
    std::uint64_t node = 0;
    std::uint64_t absences = 0;
  };
  std::map<job_id, std::vector<start>> starts;
  std::function<void()> observe = [] {}; ///< called after every step of the proxy
  std::function<void(const to_node&)> on_sent = [](const auto&) {};

  std::uint64_t below(std::uint64_t n) { return random() % n; }

  // -- time
  void after(std::int64_t us, std::function<void()> what) {
    events_.emplace(std::pair{now.steady_us + us, next_event_++}, std::move(what));
  }
  void run_for(std::int64_t us) {
    run_until(now.steady_us + us, [] { return false; });
  }
  template <class Done>
  void run_until(std::int64_t end_us, Done&& done) {
    while (problem.empty() && !done() && events_.begin()->first.first <= end_us) {
      auto event = events_.extract(events_.begin());
      pass(event.key().first);
      event.mapped()();
    }
    if (!done())
      pass(end_us);
  }

  // -- the proxy
  template <class Input>
  void step(Input&& input) {
    dispatch_effects fx;
    input(fx);
    queue.flush(now, fx);
    finish_step(fx);
  }
  void restart_proxy(bool wiped);

  // -- nodes
  void add(std::uint64_t n, std::uint32_t slots, std::vector<std::string> functions = {});
  void link_up(std::uint64_t n);
  void link_down(std::uint64_t n, bool clean = false);
  /// Its process dies; after a power cut some attempts' records are gone.
  void crash(std::uint64_t n, bool power_cut);
  /// It stops in good order: what ran is given back.
  void leave(std::uint64_t n);

  // -- clients
  void submit(std::uint64_t n, job_spec spec, std::int64_t run_us);
  void cancel(std::uint64_t n, std::uint64_t sequence);
  [[nodiscard]] std::uint64_t open_jobs() const;
  [[nodiscard]] std::size_t held_anywhere() const;
  [[nodiscard]] std::size_t in_transit() const { return relay_.size(); }

private:
  /// A result at the proxy. A reference: only the executor has it.
  struct relayed {
    std::uint64_t executor = 0;
    bool reference = false;
  };

  void pass(std::int64_t to_us);
  void tick();
  void start_proxy(bool wiped);
  void finish_step(dispatch_effects& fx);
  void perform(dispatch_output& output);
  void complain(std::string what);
  // mail
  void tell_proxy(std::uint64_t n, node_message content);
  void deliver(std::uint64_t n, const proxy_message& content);
  // homes
  void say_inventory(std::uint64_t n);
  void send_job(std::uint64_t n, home_job& job);
  void on_wanted(std::uint64_t n, const spec_request& request);
  void on_lost(std::uint64_t n, const lost_attempt_batch& batch);
  void on_grants_wanted(std::uint64_t n, const grant_request& request);
  void on_home_result(std::uint64_t n, const attempt_ref& what);
  void end_job(std::uint64_t n, home_job& job);
  // executors
  void on_assign(std::uint64_t n, const assignment& what);
  void on_recall(std::uint64_t n, const attempt_ref& what);
  void let_go(std::uint64_t n, const attempt_ref& what, release_reason reason);
  void forget(std::uint64_t n, const attempt_ref& what);
  void start_ready(std::uint64_t n);
  void start(std::uint64_t n, held_item& item);
  void on_run_over(std::uint64_t n, const attempt_ref& what, const incarnation& process);
  // the relay
  void offer(std::uint64_t n, const attempt_ref& what);
  void on_result(std::uint64_t n, const attempt_ref& what);
  void on_ack(const attempt_ref& what);
  void send_home(const attempt_ref& what);
  void relay_link_up(std::uint64_t n);
  void on_given_up(std::uint64_t n);
  void gone(const attempt_ref& what);

  std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> events_;
  std::uint64_t next_event_ = 0;
  std::uint64_t last_link_ = 0;
  std::uint64_t next_order_ = 0;
  std::map<attempt_ref, relayed> relay_;
};

inline constexpr std::int64_t ms = us_per_ms;

/// A home without slots, and nodes 1 to `count`.
inline void start_nodes(world& w, std::uint64_t count, std::uint32_t slots) {
  w.add(home, 0);
  w.link_up(home);
  for (std::uint64_t n = 1; n <= count; ++n) {
    w.add(n, slots);
    w.link_up(n);
  }
  w.run_for(10 * ms);
}

inline void run_to_the_end(world& w) {
  w.run_until(w.now.steady_us + 3'600'000 * ms, [&] { return w.open_jobs() == 0; });
  w.run_for(200 * ms);
  CHECK(w.problem == "");
  CHECK(w.open_jobs() == 0);
  CHECK(w.queue.count().jobs == 0);
  CHECK(w.queue.check_invariants() == "");
}

} // namespace evenkeel::core::dispatch_test
