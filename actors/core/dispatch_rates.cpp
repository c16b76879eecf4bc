// How many jobs an executor holds beyond its slots: what it ends in a round trip, so that no slot
// waits for the mail.
#include "actors/core/dispatch_state.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace evenkeel::core {

namespace {

constexpr double keep = 0.6; ///< of the smoothed rates, at each tick

double smoothed(double rate, std::uint64_t events, double seconds) {
  return keep * rate + (1 - keep) * static_cast<double>(events) / seconds;
}

} // namespace

/// Without prefetch a slot waits one round trip per job, so `rate * trip` slots are idle at any
/// time. Twice that many are prefetched: while round trips are longer than jobs the rate is bounded
/// by what is held, and only a depth above what has ended lets it grow, tick by tick, until the
/// slots are the bound. Not worth it while less than one slot and less than a tenth of them would
/// be idle.
void dispatch_queue::state::update_prefetch(node_entry& node, double seconds) {
  auto& x = node.executor;
  x.rate = smoothed(x.rate, x.done - x.done_at_tick, seconds);
  x.rate = x.rate < 1 ? 0 : x.rate;
  x.done_at_tick = x.done;
  // Pings know nothing of the two group commits and eight hops between actors that a job takes; on
  // a busy machine they last 5 to 10 ms.
  constexpr double shortest_trip_s = 0.010;
  const auto trip = std::max(static_cast<double>(x.round_trip_us) / 1e6, shortest_trip_s);
  const auto idle = x.rate * trip;
  const bool worth_it = idle >= 1 || idle >= 0.1 * node.slots;
  const auto depth = std::min(std::ceil(idle * 2), static_cast<double>(settings.max_prefetch));
  x.prefetch = worth_it ? static_cast<std::uint32_t>(depth) : 0;
  refresh(node);
}

void dispatch_queue::state::update_rates(instant now) {
  constexpr std::int64_t shortest_us = 20'000;
  const auto elapsed = now.steady_us - last_tick_us;
  if (elapsed < shortest_us)
    return;
  const auto seconds = static_cast<double>(elapsed) / 1e6;
  for (auto& [ledger, node] : nodes) {
    auto& x = node.executor;
    if (x.done != x.done_at_tick || x.rate > 0)
      update_prefetch(node, seconds);
    // Its jobs have become long: what waits there would wait long, behind older and younger ones.
    if ((x.prefetch == 0 || node.draining) && x.holds() > node.slots)
      recall_from(node, std::numeric_limits<std::uint64_t>::max(), false);
  }
  submission_rate = smoothed(submission_rate, submissions_seen - submissions_at_tick, seconds);
  result_rate = smoothed(result_rate, results_seen - results_at_tick, seconds);
  submissions_at_tick = submissions_seen;
  results_at_tick = results_seen;
  last_tick_us = now.steady_us;
}

} // namespace evenkeel::core
