// Last tries of suspected poison jobs (R14): one at a time in the cluster, on an executor that was
// emptied for it.
#include "actors/core/dispatch_state.hpp"

#include <limits>

namespace evenkeel::core {

bool dispatch_queue::state::suspected(const job_entry& job) const {
  return job.deaths > 0 && job.deaths + 1U >= settings.max_deaths;
}

void dispatch_queue::state::keep_none_free() {
  if (!kept_free)
    return;
  auto& node = nodes.at(*kept_free);
  kept_free.reset();
  node.executor.kept_free = false;
  refresh(node);
}

/// The one that is kept free already, or else the emptiest; null when none can run this job.
node_entry* dispatch_queue::state::keep_free_for(const job_entry& job) {
  const auto what = class_of(job.spec);
  const auto fits = [&](const node_entry& node) {
    return node.live && !node.draining && node.executor.reported && node.slots > 0
           && offers(node.kind, what);
  };
  if (kept_free && fits(nodes.at(*kept_free)))
    return &nodes.at(*kept_free);
  node_entry* chosen = nullptr;
  auto least = std::numeric_limits<std::size_t>::max();
  for (auto& [ledger, node] : nodes)
    if (fits(node) && node.executor.holds() < least) {
      least = node.executor.holds();
      chosen = &node;
    }
  if (chosen == nullptr)
    return nullptr;
  keep_none_free();
  kept_free = chosen->ledger;
  chosen->executor.kept_free = true;
  refresh(*chosen);
  return chosen;
}

void dispatch_queue::state::pump_alone(instant now, dispatch_effects& fx) {
  if (alone_placed > 0) { // one at a time
    keep_none_free();
    return;
  }
  std::set<job_class> hopeless;
  for (auto position = alone.begin(); position != alone.end();) {
    const auto key = *position++;
    auto& job = *find(key.id);
    if (!may_start(key, job)) {
      park(key, job);
      continue;
    }
    const auto what = class_of(job.spec);
    auto* node = hopeless.contains(what) ? nullptr : keep_free_for(job);
    if (node == nullptr) {
      hopeless.insert(what);
      continue;
    }
    if (node->executor.holds() != 0) {
      recall_from(*node, std::numeric_limits<std::uint64_t>::max(), false);
      return;
    }
    assign(*node, key, now, fx);
    keep_none_free();
    return;
  }
  keep_none_free();
}

} // namespace evenkeel::core
