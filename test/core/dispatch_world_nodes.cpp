// What the nodes and the relay of a dispatch_world do.
#include "dispatch_world.hpp"

#include <algorithm>

namespace evenkeel::core::dispatch_test {

namespace {

std::uint64_t number_of(const ledger_id& id) {
  return id.low;
}

} // namespace

// -- homes

void world::say_inventory(std::uint64_t n) {
  auto& node = nodes.at(n);
  inventory all;
  all.executor_end = true;
  all.home_end = true;
  for (const auto& [what, item] : node.held)
    all.held.push_back({what, item.what.attempt, item.state, item.unasked});
  for (const auto& [sequence, job] : node.jobs)
    if (job.sent && !job.ended)
      all.unfinished.push_back({sequence, sequence});
  tell_proxy(n, std::move(all));
  for (auto& [sequence, job] : node.jobs)
    if (!job.sent && !job.ended)
      send_job(n, job);
}

void world::send_job(std::uint64_t n, home_job& job) {
  job.what.fresh = !std::exchange(job.sent, true);
  tell_proxy(n, submit_batch{0, {job.what}});
}

void world::submit(std::uint64_t n, job_spec spec, std::int64_t run_us) {
  auto& node = nodes.at(n);
  const auto sequence = node.jobs.size() + 1;
  auto& job = node.jobs[sequence];
  job.what = fresh_job(sequence, std::move(spec), now.wall_ms);
  job.run_us = run_us;
  ++node.open;
  if (node.up())
    send_job(n, job);
}

void world::cancel(std::uint64_t n, std::uint64_t sequence) {
  auto& job = nodes.at(n).jobs.at(sequence);
  if (job.ended)
    return;
  end_job(n, job);
  tell_proxy(n, cancel_batch{{sequence}});
}

void world::end_job(std::uint64_t n, home_job& job) {
  job.ended = true;
  ++ended;
  --nodes.at(n).open;
}

void world::on_wanted(std::uint64_t n, const spec_request& request) {
  cancel_batch finished;
  for (const auto& range : request.wanted)
    for (auto sequence = range.first; sequence <= range.last; ++sequence) {
      const auto job = nodes.at(n).jobs.find(sequence);
      if (job == nodes.at(n).jobs.end() || job->second.ended)
        finished.sequences.push_back(sequence);
      else if (job->second.sent)
        send_job(n, job->second);
    }
  if (!finished.sequences.empty())
    tell_proxy(n, finished);
}

void world::on_lost(std::uint64_t n, const lost_attempt_batch& batch) {
  for (const auto& lost : batch.attempts) {
    auto& job = nodes.at(n).jobs.at(lost.sequence);
    auto& what = job.what;
    if (!job.ended && lost.assigned > job.last_lost) {
      job.last_lost = lost.assigned;
      what.attempts = std::max(what.attempts, lost.attempt);
      what.deaths += lost.death ? 1 : 0;
    }
    const bool gone = what.grant.granted.valid() && lost.assigned >= what.grant.granted;
    if (!job.ended && (gone || what.deaths >= settings.max_deaths))
      end_job(n, job);
    if (job.ended)
      tell_proxy(n, cancel_batch{{lost.sequence}});
    else
      tell_proxy(n, verdict_batch{{{lost.sequence, lost.assigned, what.attempts, what.deaths}}});
  }
}

void world::on_grants_wanted(std::uint64_t n, const grant_request& request) {
  for (const auto& wanted : request.wanted) {
    auto& job = nodes.at(n).jobs.at(wanted.sequence);
    if (job.ended) {
      tell_proxy(n, cancel_batch{{wanted.sequence}});
      continue;
    }
    if (!job.what.grant.granted.valid())
      job.what.grant = wanted.grant;
    tell_proxy(n, grant_batch{{{wanted.sequence, job.what.grant}}});
  }
}

void world::on_home_result(std::uint64_t n, const attempt_ref& what) {
  auto& job = nodes.at(n).jobs.at(what.job.sequence);
  if (!job.ended)
    end_job(n, job);
  tell_proxy(n, result_ack{{what}});
}

// -- executors

void world::on_assign(std::uint64_t n, const assignment& what) {
  auto& node = nodes.at(n);
  if (node.held.contains(what.what))
    return;
  if (what.spec.kind == job_kind::function
      && std::find(node.functions.begin(), node.functions.end(), what.spec.text)
             == node.functions.end())
    complain("a job was assigned where its function is not");
  if (what.spec.once
      && (what.grant.process != node.process || what.grant.granted != what.what.assigned)) {
    tell_proxy(n, release_batch{{{what.what, release_reason::refused, "grant"}}});
    return;
  }
  const auto order = next_order_++;
  node.held[what.what] = {what, held_state::queued, false, order};
  node.line.emplace(order, what.what);
}

void world::on_recall(std::uint64_t n, const attempt_ref& what) {
  const auto item = nodes.at(n).held.find(what);
  if (item != nodes.at(n).held.end() && item->second.state == held_state::queued
      && !item->second.what.spec.once)
    let_go(n, what, release_reason::recalled);
  else
    tell_proxy(n, release_batch{{{what, release_reason::kept, ""}}});
}

void world::let_go(std::uint64_t n, const attempt_ref& what, release_reason reason) {
  forget(n, what);
  tell_proxy(n, release_batch{{{what, reason, ""}}});
}

void world::forget(std::uint64_t n, const attempt_ref& what) {
  auto& node = nodes.at(n);
  const auto found = node.held.find(what);
  if (found == node.held.end())
    return;
  if (found->second.state == held_state::running) {
    --node.running;
    node.running_alone = false;
  }
  node.line.erase({found->second.order, what});
  node.held.erase(found);
}

void world::start_ready(std::uint64_t n) {
  auto& node = nodes.at(n);
  while (!node.line.empty() && node.running < node.slots && !node.running_alone) {
    auto& item = node.held.at(node.line.begin()->second);
    if (item.what.alone && node.running > 0)
      return;
    node.line.erase(node.line.begin());
    start(n, item);
  }
}

void world::start(std::uint64_t n, held_item& item) {
  auto& node = nodes.at(n);
  const auto what = item.what.what;
  item.state = held_state::running;
  ++node.running;
  node.running_alone = item.what.alone;
  auto& before = starts[what.job];
  if (!before.empty()) {
    const auto& last = before.back();
    repeated += nodes.at(last.node).absences == last.absences ? 1 : 0;
    if (item.what.spec.once)
      complain("a once job was started twice");
  }
  before.push_back({n, node.absences});
  const auto run_us = nodes.at(number_of(what.job.ledger)).jobs.at(what.job.sequence).run_us;
  after(run_us, [this, n, what, process = node.process] { on_run_over(n, what, process); });
}

void world::on_run_over(std::uint64_t n, const attempt_ref& what, const incarnation& process) {
  auto& node = nodes.at(n);
  const auto item = node.held.find(what);
  if (node.process != process || item == node.held.end()
      || item->second.state != held_state::running)
    return;
  item->second.state = held_state::finished;
  --node.running;
  node.running_alone = false;
  offer(n, what);
  start_ready(n);
}

// -- the relay

void world::offer(std::uint64_t n, const attempt_ref& what) {
  travelling_result result;
  result.job = what.job;
  result.result.assigned = what.assigned;
  tell_proxy(n, result_batch{0, {result}});
}

void world::on_result(std::uint64_t n, const attempt_ref& what) {
  const bool home_here = nodes.at(number_of(what.job.ledger)).up();
  relay_[what] = {n, !home_here && below(2) == 0};
  if (home_here)
    send_home(what);
  step([&](auto& fx) { queue.on_results(ledger(n), {what}, now, fx); });
}

void world::send_home(const attempt_ref& what) {
  const auto owner = number_of(what.job.ledger);
  after(one_way_us, [this, what, owner, link = nodes.at(owner).link] {
    if (nodes.at(owner).link == link)
      on_home_result(owner, what);
  });
}

void world::on_ack(const attempt_ref& what) {
  for (auto entry = relay_.lower_bound({what.job, {}});
       entry != relay_.end() && entry->first.job == what.job; entry = relay_.erase(entry)) {
    const auto n = entry->second.executor;
    after(one_way_us, [this, n, acked = entry->first, link = nodes.at(n).link] {
      auto& node = nodes.at(n);
      if (node.link != link || link == 0 || !node.held.contains(acked))
        return;
      if (node.held.at(acked).state == held_state::finished)
        forget(n, acked);
      else
        let_go(n, acked, release_reason::stopped);
      start_ready(n);
    });
  }
}

/// A home gets what waits for it; an executor is asked for what only it has.
void world::relay_link_up(std::uint64_t n) {
  for (const auto& [what, entry] : relay_) {
    if (number_of(what.job.ledger) == n && !entry.reference)
      send_home(what);
    const auto executor = nodes.find(entry.executor);
    const bool concerned = entry.executor == n || number_of(what.job.ledger) == n;
    if (!entry.reference || !concerned || !executor->second.up())
      continue;
    if (executor->second.held.contains(what)
        && executor->second.held.at(what).state == held_state::finished)
      offer(entry.executor, what);
    else
      after(2 * one_way_us, [this, lost = what] { gone(lost); });
  }
}

void world::gone(const attempt_ref& what) {
  const auto entry = relay_.find(what);
  if (entry == relay_.end() || !entry->second.reference)
    return;
  relay_.erase(entry);
  step([&](auto& fx) { queue.on_results_gone({what}, now, fx); });
}

void world::on_given_up(std::uint64_t n) {
  std::vector<attempt_ref> all;
  for (const auto& [what, entry] : relay_)
    if (entry.executor == n && entry.reference)
      all.push_back(what);
  for (const auto& what : all)
    gone(what);
}

} // namespace evenkeel::core::dispatch_test
