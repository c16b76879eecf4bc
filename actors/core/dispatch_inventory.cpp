// What nodes say that they hold (R7): absence means something only after the end mark.
#include "actors/core/dispatch_state.hpp"

#include <algorithm>

namespace evenkeel::core {

void dispatch_queue::state::on_inventory(node_entry& node, const inventory& chunk, instant now,
                                         dispatch_effects& fx) {
  for (const auto& held : chunk.held)
    node.executor.named[held.what] = held;
  node.home.named.insert(node.home.named.end(), chunk.unfinished.begin(), chunk.unfinished.end());
  if (chunk.executor_end)
    end_of_executor(node, now, fx);
  if (chunk.home_end)
    end_of_home(node, fx);
}

/// Its jobs that it did not name are finished; of those that it named, we ask what we lack.
void dispatch_queue::state::end_of_home(node_entry& node, dispatch_effects& fx) {
  const auto named = std::exchange(node.home.named, {});
  node.home.reported = true;
  std::vector<std::uint64_t> unnamed;
  auto known = node.home.jobs.begin();
  auto& wanted = outbox(node).wanted_specs;
  const auto lack = [&](std::uint64_t first, std::uint64_t last) {
    wanted.push_back({first, last});
    node.home.lacking.emplace(first, last);
  };
  for (const auto& range : named) {
    for (; known != node.home.jobs.end() && known->first < range.first; ++known)
      unnamed.push_back(known->first);
    auto next = range.first; // first number of the range not dealt with
    for (; known != node.home.jobs.end() && known->first <= range.last; ++known) {
      if (known->first > next)
        lack(next, known->first - 1);
      if (!known->second.spec)
        wanted.push_back({known->first, known->first});
      next = known->first + 1;
    }
    if (next <= range.last)
      lack(next, range.last);
  }
  for (; known != node.home.jobs.end(); ++known)
    unnamed.push_back(known->first);
  for (const auto sequence : unnamed)
    drop({node.ledger, sequence}, fx);
  std::exchange(node.home.parked, {}).for_each([&](const queue_key& key) {
    auto& job = *find(key.id);
    set_phase(key.id, job, job_phase::held);
    enqueue(key.id, job);
  });
  for (const auto& [sequence, losses] : node.home.losses) // new to it, or the answer was lost
    outbox(node).lost.insert(outbox(node).lost.end(), losses.begin(), losses.end());
  release_held(false);
  release_held_of(node);
}

void dispatch_queue::state::end_of_executor(node_entry& node, instant now, dispatch_effects& fx) {
  const auto named = std::exchange(node.executor.named, {});
  node.executor.reported = true;
  std::vector<fence> missing;
  std::vector<fence> unsent;
  for (const auto& [at, placed] : node.executor.load) {
    const auto* job = find(placed.id);
    if (!placed.reserved && !named.contains({placed.id, at}))
      missing.push_back(at);
    else if (placed.reserved && job != nullptr && job->phase == job_phase::assigned)
      unsent.push_back(at); // granted while it was away
  }
  for (const auto& at : missing)
    missing_at(node, at, fx);
  for (const auto& at : unsent)
    send_granted(node, at, fx);
  for (const auto& [what, held] : named)
    named_at(node, held, now, fx);
  outbox(node).answer_inventory = true;
  refresh(node);
  release_held(false);
}

/// Assigned to it, as we thought, and not there: it runs anew.
void dispatch_queue::state::missing_at(node_entry& node, const fence& at, dispatch_effects& fx) {
  const auto placed = *unplace(node, at);
  auto* job = find(placed.id);
  if (job == nullptr || job->current != at)
    return;
  if (job->phase == job_phase::assigned)
    lose(placed.id, *job, node.name, at, placed.attempt, false, fx);
}

void dispatch_queue::state::named_at(node_entry& node, const held_job& held, instant now,
                                     dispatch_effects& fx) {
  const auto& id = held.what.job;
  auto* job = find(id);
  const auto known = node.executor.load.find(held.what.assigned);
  const bool unwanted = known != node.executor.load.end() && known->second.stopping;
  if (job == nullptr) {
    const auto& home = node_of(id.ledger);
    const bool ended = home.live && home.home.reported && !lacks(home.home, id.sequence);
    if (ended && held.state == held_state::finished) {
      unplace(node, held.what.assigned);
      return; // its result is on its way, and the home acknowledges it (R7)
    }
    if (ended || unwanted) {
      stop_at(node, held);
      return;
    }
    job = &create(id, 0); // until its home tells more
  }
  switch (held.state) {
  case held_state::finished:
    unplace(node, held.what.assigned);
    mark_ended(id, *job, held.what);
    break;
  case held_state::interrupted:
    interrupted_at(node, held, *job, fx);
    break;
  case held_state::queued:
  case held_state::running:
    alive_at(node, held, *job, now, fx);
    if (held.state == held_state::queued && !node_of(id.ledger).home.reported)
      take_back(node, held.what);
    break;
  }
}

/// Power cuts bring back what was given back, run and finished long ago, here and in an executor's
/// queue. Only the home can tell, so what has not started waits for it here.
void dispatch_queue::state::take_back(node_entry& node, const attempt_ref& what) {
  const auto placed = node.executor.load.find(what.assigned);
  if (placed == node.executor.load.end() || placed->second.stopping || placed->second.recalling)
    return;
  placed->second.recalling = true;
  ++node.executor.recalls;
  ++recalls;
  outbox(node).recalls.push_back(what);
}

/// It stays in the load, since it may hold a slot, until its executor has let it go.
void dispatch_queue::state::stop_at(node_entry& node, const held_job& held) {
  const auto at = held.what.assigned;
  auto& placed = node.executor.load[at];
  placed.id = held.what.job;
  placed.attempt = held.attempt;
  placed.stopping = false;
  stop(node, at);
}

void dispatch_queue::state::interrupted_at(node_entry& node, const held_job& held, job_entry& job,
                                           dispatch_effects& fx) {
  const auto at = held.what.assigned;
  unplace(node, at);
  // Current, or not heard of before; else its loss is counted already, or it was replaced.
  const bool news = job.current == at || (!job.current.valid() && at > job.last_lost());
  if (news && job.phase != job_phase::ended)
    lose(held.what.job, job, node.name, at, held.attempt, held.unasked, fx);
  outbox(node).stops.push_back(held.what); // it may forget this attempt
}

void dispatch_queue::state::alive_at(node_entry& node, const held_job& held, job_entry& job,
                                     instant now, dispatch_effects& fx) {
  const auto& id = held.what.job;
  const auto at = held.what.assigned;
  const auto known = node.executor.load.find(at);
  const bool unwanted = known != node.executor.load.end() && known->second.stopping;
  if (job.current == at && known != node.executor.load.end() && !unwanted
      && job.phase == job_phase::assigned)
    return;
  if (job.phase
      == job_phase::granting) // a once job that lives has its grant: the slot is not needed
    unreserve(job);
  if (job.phase == job_phase::ended || unwanted || (job.current.valid() && job.current > at)) {
    stop_at(node, held); // the lower fence gives way (section 4)
    return;
  }
  if (job.current.valid() && job.current != at)
    stop_current(job);
  unplace(node, at);
  place(node, id, job, at, held.attempt, now);
  fx.put(record::placement{id, at, held.attempt, node.ledger}, durability::written);
}

} // namespace evenkeel::core
