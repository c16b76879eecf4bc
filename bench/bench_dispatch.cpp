// What a job costs in the dispatch core alone, for clusters of 10 to 10,000 nodes: every slot is
// busy, one job waits for each node, and every message carries one job, which is the dearest way.
//
//   bench_dispatch
//   valgrind --tool=callgrind --toggle-collect='*one_job*' bench_dispatch --benchmark_filter=/10$
#include "actors/core/dispatch_queue.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace evenkeel;
using namespace evenkeel::core;

constexpr std::uint32_t slots = 2;
constexpr std::int64_t job_us = 100'000;
constexpr std::int64_t tick_us = 50'000;
constexpr std::uint64_t link = 1;

/// The dispatch core, and nodes that run what it assigns, each job for `job_us`.
class cluster {
public:
  explicit cluster(std::uint64_t nodes) : queue_{dispatch_settings{}}, submitted_(nodes) {
    queue_.on_epoch({1, 1}, false, now_, fx_);
    for (std::uint64_t n = 0; n < nodes; ++n)
      join(n);
    for (std::uint64_t i = 0; i < nodes * (slots + 1); ++i)
      submit(i % nodes);
    flush();
  }
  /// The job that has run longest ends, comes home and is acknowledged; its home submits another.
  [[gnu::noinline]] void one_job() { // so that callgrind can count it alone
    pass_time();
    const auto ended = running_.front();
    running_.pop_front();
    queue_.on_results(ended.first, {ended.second}, now_, fx_);
    flush();
    const auto& home = ended.second.job.ledger;
    result_ack ack;
    ack.attempts.push_back(ended.second);
    queue_.on_message({home, link, std::move(ack)}, now_, fx_);
    submit(home.low - 1);
    flush();
  }

private:
  static ledger_id ledger_of(std::uint64_t n) { return {n * 0x9e3779b97f4a7c15U, n + 1}; }

  void join(std::uint64_t n) {
    node_up up;
    up.ledger = ledger_of(n);
    up.link = link;
    up.process = {n + 1, 1};
    up.slots = slots;
    up.name = "node" + std::to_string(n);
    queue_.on_node_up(up, now_, fx_);
    inventory nothing;
    nothing.executor_end = true;
    nothing.home_end = true;
    queue_.on_message({up.ledger, link, std::move(nothing)}, now_, fx_);
  }
  void submit(std::uint64_t n) {
    submitted_job job;
    job.sequence = ++submitted_[n];
    job.submitted_ms = now_.wall_ms;
    job.fresh = true;
    job.spec.text = "echo " + std::to_string(job.sequence);
    submit_batch batch;
    batch.jobs.push_back(std::move(job));
    queue_.on_message({ledger_of(n), link, std::move(batch)}, now_, fx_);
  }
  void flush() {
    queue_.flush(now_, fx_);
    for (auto& output : std::exchange(fx_, {}).outputs)
      if (auto* sent = std::get_if<to_node>(&output))
        if (auto* assigned = std::get_if<assign_batch>(&sent->content))
          for (const auto& job : assigned->jobs)
            running_.emplace_back(sent->ledger, job.what);
    if (running_.empty())
      throw std::logic_error("nothing runs");
  }
  void pass_time() {
    now_.steady_us +=
        std::max<std::int64_t>(job_us / static_cast<std::int64_t>(submitted_.size() * slots), 1);
    now_.wall_ms = now_.steady_us / us_per_ms;
    if (now_.steady_us < next_tick_us_)
      return;
    next_tick_us_ = now_.steady_us + tick_us;
    queue_.on_tick(now_, fx_);
  }

  dispatch_queue queue_;
  dispatch_effects fx_;
  instant now_{1'000'000, 1'000};
  std::int64_t next_tick_us_ = 0;
  std::vector<std::uint64_t> submitted_; ///< by each node
  std::deque<std::pair<ledger_id, attempt_ref>> running_;
};

void a_job(benchmark::State& state) {
  cluster all(static_cast<std::uint64_t>(state.range(0)));
  for (auto _ : state)
    all.one_job();
}
BENCHMARK(a_job)->RangeMultiplier(10)->Range(10, 10'000);

} // namespace
