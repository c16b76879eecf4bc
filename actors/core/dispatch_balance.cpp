// Who runs what (design section 6): late binding, fewest running first, prefetch only as deep as
// the round trip asks, recalls so that nobody is idle while another holds what has not started.
#include "actors/core/dispatch_state.hpp"

#include <algorithm>
#include <limits>

namespace evenkeel::core {

job_class dispatch_queue::state::class_of(const packed_spec& spec) {
  return {std::string(spec.kind() == job_kind::function ? spec.text() : ""), spec.once()};
}

bool dispatch_queue::state::offers(std::uint32_t kind, const job_class& what) const {
  return what.function.empty() || kinds[kind].contains(what.function);
}

/// Tells the load table how this executor stands. Call after every change to it.
void dispatch_queue::state::refresh(node_entry& node) {
  if (!node.live || node.draining) {
    loads.remove(node.ledger);
    return;
  }
  const auto& x = node.executor;
  load_table::entry now;
  now.slots = node.slots;
  now.load = static_cast<std::uint32_t>(x.holds());
  now.kind = node.kind;
  if (x.takes_work())
    now.capacity =
        x.prefetch_bytes < settings.max_prefetch_bytes ? node.slots + x.prefetch : node.slots;
  loads.set(node.ledger, now);
}

/// R3: a once job needs its home. R10: an absent home gets no more than its window.
bool dispatch_queue::state::may_start(const queue_key& key, const job_entry& job) {
  const auto& node = node_of(key.id.ledger);
  if (job.once())
    return node.live && node.home.reported;
  return node.live || node.home.outstanding < settings.absent_home_jobs;
}

/// Set aside until its home is back.
void dispatch_queue::state::park(const queue_key& key, job_entry& job) {
  take_out(key.id, job);
  set_phase(key.id, job, job_phase::parked);
  node_of(key.id.ledger).home.parked.insert(key);
}

/// The first job of this queue whose home lets it start now; those of absent homes are set aside.
std::optional<queue_key> dispatch_queue::state::head_of(job_order& queue) {
  while (!queue.empty()) {
    const auto key = queue.front();
    auto& job = node_of(key.id.ledger).home.jobs.at(key.id.sequence);
    if (may_start(key, job))
      return key;
    queue.erase(key); // here, since `take_out` would also drop the empty queue
    set_phase(key.id, job, job_phase::held);
    park(key, job);
  }
  return std::nullopt;
}

std::optional<queue_key> dispatch_queue::state::best_for(const load_table::place& place,
                                                         std::uint32_t kind) {
  std::optional<queue_key> best;
  for (auto queue = queues.begin(); queue != queues.end();) {
    if (offers(kind, queue->first) && !(place.prefetch && queue->first.once)) {
      const auto head = head_of(queue->second);
      if (head && (!best || *head < *best))
        best = head;
    }
    queue = queue->second.empty() ? queues.erase(queue) : std::next(queue);
  }
  return best;
}

/// Places a job on the best executor that can run one. False when nothing can be placed.
bool dispatch_queue::state::assign_one(instant now, dispatch_effects& fx) {
  std::optional<load_table::place> best;
  std::optional<queue_key> key;
  for (const auto& [kind, places] : loads.ready()) {
    const auto& first = *places.begin();
    if (best && *best < first)
      continue;
    if (const auto head = best_for(first, kind)) {
      best = first;
      key = head;
    }
  }
  if (best)
    assign(nodes.at(best->executor), *key, now, fx);
  return best.has_value();
}

void dispatch_queue::state::assign(node_entry& node, const queue_key& key, instant now,
                                   dispatch_effects& fx) {
  auto& home = node_of(key.id.ledger);
  auto& job = home.home.jobs.at(key.id.sequence);
  const fence at{current.counter, next_fence++};
  const auto attempt = job.attempts + 1;
  place(node, key.id, job, at, attempt, now);
  auto& placed = node.executor.load.at(at);
  if (job.once()) {
    placed.reserved = true;
    set_phase(key.id, job, job_phase::granting);
    outbox(home).grants.push_back({key.id.sequence, {at, node.ledger, node.process}});
    return;
  }
  fx.put(record::placement{key.id, at, attempt, node.ledger}, durability::written);
  outbox(node).assignments.push_back(
      {{key.id, at}, attempt, placed.alone, {}, home.code, job.spec.unpack()});
}

void dispatch_queue::state::pump(instant now, dispatch_effects& fx) {
  if (settings.dispatch_period_ms > 0) {
    if (now.steady_us < next_round_us)
      return;
    next_round_us = now.steady_us + settings.dispatch_period_ms * us_per_ms;
  }
  if (!alone.empty() || kept_free)
    pump_alone(now, fx);
  const auto most = settings.max_jobs_per_round > 0 ? settings.max_jobs_per_round
                                                    : std::numeric_limits<std::uint32_t>::max();
  for (std::uint32_t placed = 0; placed < most && !queues.empty() && !loads.ready().empty();
       ++placed)
    if (!assign_one(now, fx))
      break;
  recall();
}

/// Somebody has free slots that the queue cannot fill while another holds jobs not started: from
/// those who hold the most.
void dispatch_queue::state::recall() {
  if (loads.excess() <= recalls || loads.idle() <= recalls)
    return; // nothing is left to ask for
  auto wanted = loads.idle() - recalls;
  const auto& overfull = loads.overfull();
  for (auto holder = overfull.rbegin(); holder != overfull.rend() && wanted > 0; ++holder)
    wanted -= recall_from(nodes.at(holder->executor), wanted, true);
}

/// The youngest first: they are the farthest from being started. `to_idle`: only what an idle
/// executor can run. Returns how many are asked for.
std::uint64_t dispatch_queue::state::recall_from(node_entry& node, std::uint64_t wanted,
                                                 bool to_idle) {
  auto& x = node.executor;
  if (!x.reported)
    return 0;
  std::uint64_t asked = 0;
  auto left =
      x.load.size() - std::min<std::size_t>(x.load.size(), node.slots_for_load() + x.recalls);
  for (auto placed = x.load.rbegin(); placed != x.load.rend() && asked < wanted && left > 0;
       ++placed) {
    auto& entry = placed->second;
    if (entry.recalling || entry.started || entry.stopping || entry.reserved)
      continue;
    const auto* job = find(entry.id);
    if ((job != nullptr && job->once()) || (to_idle && !wanted_elsewhere(job)))
      continue;
    entry.recalling = true;
    ++x.recalls;
    ++recalls;
    ++asked;
    --left;
    outbox(node).recalls.push_back({entry.id, placed->first});
  }
  return asked;
}

bool dispatch_queue::state::wanted_elsewhere(const job_entry* job) const {
  if (job == nullptr || !job->spec)
    return false;
  const auto what = class_of(job->spec);
  return std::any_of(loads.idle_kinds().begin(), loads.idle_kinds().end(),
                     [&](const auto& item) { return offers(item.first, what); });
}

} // namespace evenkeel::core
