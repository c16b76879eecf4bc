#include "actors/core/dispatch_queue.hpp"

#include "actors/core/dispatch_state.hpp"
#include "messages/overloaded.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::core {

dispatch_settings with_pace_kept(dispatch_settings chosen) {
  if (chosen.dispatch_period_ms > 0 || chosen.max_jobs_per_round > 0
      || chosen.cluster.result_period_ms > 0)
    chosen.cluster.home_call_us = 0;
  return chosen;
}

dispatch_queue::state::state(dispatch_settings chosen)
    : settings(std::move(chosen)), watch(settings.cluster.lease_ms), loads(settings.weighted) {}

node_outbox& dispatch_queue::state::outbox(node_entry& node) {
  if (!node.dirty) {
    node.dirty = true;
    dirty.push_back(&node);
  }
  return node.out;
}

void dispatch_queue::state::begin_epoch(const epoch& begun, bool disk_was_empty, instant now) {
  if (started_us == 0)
    started_us = now.steady_us;
  current = begun;
  next_fence = 1;
  wiped = disk_was_empty;
  epoch_began_us = now.steady_us;
  last_tick_us = now.steady_us;
  whereabouts_unknown = true;
  watch.late(now);
  for (auto& [ledger, node] : nodes) {
    node.given_up = false;
    node.down_since_us = now.steady_us;
    for (auto& [sequence, job] : node.home.jobs)
      if (job.phase == job_phase::queued) { // a raised epoch: somebody was with another proxy
        take_out({ledger, sequence}, job);
        set_phase({ledger, sequence}, job, job_phase::held);
      }
  }
}

/// Jobs that some executor may have held, or that may be finished, are free to run once all
/// executors and homes have reported, or time is up.
void dispatch_queue::state::release_held(bool grace_over) {
  if (!whereabouts_unknown)
    return;
  const auto settled = [](const auto& item) {
    const auto& node = item.second;
    return node.given_up
           || (node.executor.reported && (node.home.reported || node.home.jobs.empty()));
  };
  if (!grace_over && (wiped || !std::all_of(nodes.begin(), nodes.end(), settled)))
    return;
  whereabouts_unknown = false;
  for (auto& [ledger, node] : nodes)
    release_held_of(node);
}

/// A home that is here and has not named its jobs yet will do so soon, and then it is known which
/// are over.
void dispatch_queue::state::release_held_of(node_entry& node) {
  if (whereabouts_unknown || (node.live && !node.home.reported) || count(job_phase::held) == 0)
    return;
  for (auto& [sequence, job] : node.home.jobs)
    if (job.phase == job_phase::held)
      enqueue({node.ledger, sequence}, job);
}

void dispatch_queue::state::tick_graces(instant now, dispatch_effects& fx) {
  const auto grace_us = settings.cluster.grace_ms * us_per_ms;
  if (watch.late(now)) { // R8: the silence may have been ours
    epoch_began_us = now.steady_us;
    for (auto& [ledger, node] : nodes)
      if (!node.live)
        node.down_since_us = now.steady_us;
    return;
  }
  for (auto& [ledger, node] : nodes)
    if (!node.live && !node.given_up && now.steady_us - node.down_since_us >= grace_us)
      give_up(node, fx);
  release_held(now.steady_us - epoch_began_us >= grace_us);
  while (!delayed.empty() && delayed.begin()->first <= now.steady_us) {
    const auto id = delayed.begin()->second;
    delayed.erase(delayed.begin());
    if (auto* job = find(id); job != nullptr && job->phase == job_phase::delayed)
      enqueue(id, *job);
  }
}

void dispatch_queue::state::emit_outboxes(dispatch_effects& fx) {
  for (auto* node : std::exchange(dirty, {})) {
    node->dirty = false;
    emit_outbox(*node, fx);
  }
}

void dispatch_queue::state::emit_outbox(node_entry& node, dispatch_effects& fx) {
  auto out = std::exchange(node.out, {});
  if (!node.live)
    return; // the inventories of its next link tell all of this again
  const auto send = [&](proxy_message message) {
    fx.emit(to_node{node.ledger, node.link, std::move(message)});
  };
  if (out.acknowledge_submissions) {
    const auto queued = count(job_phase::queued) + count(job_phase::held);
    if (spec_bytes - parked_bytes <= settings.max_bytes && queued <= settings.max_jobs)
      send(submit_ack{node.home.taken_jobs, node.home.taken_bytes});
    else
      node.home.credit_withheld = true;
  }
  // Before what may take them back: jobs are assigned and cancelled between two flushes.
  if (!out.assignments.empty())
    send(assign_batch{0, std::move(out.assignments)});
  if (!out.recalls.empty()) // before the word with which a new executor begins
    send(recall_batch{std::move(out.recalls)});
  if (!out.stops.empty() || out.answer_inventory)
    send(stop_batch{std::move(out.stops)});
  if (!out.lost.empty())
    send(lost_attempt_batch{std::move(out.lost)});
  if (!out.grants.empty())
    send(grant_request{std::move(out.grants)});
  if (!out.wanted_specs.empty())
    send(spec_request{std::move(out.wanted_specs)});
}

dispatch_queue::dispatch_queue(dispatch_settings settings)
    : state_(std::make_unique<state>(std::move(settings))) {}
dispatch_queue::~dispatch_queue() = default;
dispatch_queue::dispatch_queue(dispatch_queue&&) noexcept = default;
dispatch_queue& dispatch_queue::operator=(dispatch_queue&&) noexcept = default;

void dispatch_queue::recover(const record::value& content) {
  auto& s = *state_;
  if (const auto* known = std::get_if<record::member>(&content)) {
    auto& node = s.node_of(known->ledger);
    node.code = known->code;
    node.name = known->name;
    node.slots = known->slots;
    node.process = known->process;
    node.address = known->address;
  } else if (const auto* waiting = std::get_if<record::cluster_job>(&content)) {
    auto& job = s.create(waiting->job, waiting->submitted_ms);
    job.attempts = waiting->attempts;
    job.deaths = few(waiting->deaths);
    s.set_spec(job, waiting->spec);
    if (waiting->granted.valid())
      job.change_details().grant =
          start_grant{waiting->granted, waiting->granted_executor, waiting->granted_process};
  } else if (const auto* placed = std::get_if<record::placement>(&content)) {
    s.recovered.push_back(*placed);
  }
}

void dispatch_queue::on_epoch(const epoch& current, bool wiped, instant now, dispatch_effects& fx) {
  auto& s = *state_;
  s.begin_epoch(current, wiped, now);
  for (const auto& placed : std::exchange(s.recovered, {})) {
    auto* job = s.find(placed.job);
    if (job == nullptr || job->phase != job_phase::held) {
      fx.erase({record::kind::placement, placed.job, {}});
      continue;
    }
    auto& node = s.node_of(placed.executor);
    node.given_up = false;
    node.down_since_us = now.steady_us;
    s.place(node, placed.job, *job, placed.assigned, placed.attempt, now);
  }
  for (auto& [ledger, node] : s.nodes)
    for (auto& [sequence, job] : node.home.jobs)
      if (job.phase == job_phase::held && job.grant() != nullptr)
        s.settle_granted({ledger, sequence}, job, now, fx);
}

void dispatch_queue::on_node_up(const node_up& node, instant now, dispatch_effects& fx) {
  state_->account(now);
  state_->on_up(node, now, fx);
}

void dispatch_queue::on_node_down(const node_down& node, instant now, dispatch_effects& fx) {
  state_->account(now);
  state_->on_down(node, now, fx);
}

void dispatch_queue::on_load_report(const ledger_id& ledger, const load_report& report,
                                    instant now) {
  const auto found = state_->nodes.find(ledger);
  if (found == state_->nodes.end())
    return;
  auto& node = found->second;
  if (report.round_trip_us > 0)
    node.executor.round_trip_us = report.round_trip_us;
  if (node.live && node.link == report.link)
    state_->on_home_calls(node, report, now);
}

void dispatch_queue::on_message(const from_node& message, instant now, dispatch_effects& fx) {
  auto& s = *state_;
  const auto found = s.nodes.find(message.ledger);
  if (found == s.nodes.end() || !found->second.live || found->second.link != message.link)
    return;
  auto& node = found->second;
  s.account(now);
  std::visit(overloaded{
                 [&](const inventory& x) { s.on_inventory(node, x, now, fx); },
                 [&](const submit_batch& x) { s.on_submit(node, x, now, fx); },
                 [&](const release_batch& x) { s.on_release(node, x, now, fx); },
                 [&](const cancel_batch& x) { s.on_cancels(node, x, fx); },
                 [&](const verdict_batch& x) { s.on_verdicts(node, x, now, fx); },
                 [&](const grant_batch& x) { s.on_grants(node, x, now, fx); },
                 [&](const result_ack& x) { s.on_acks(node, x, fx); },
                 [&](const audit& x) { s.on_audit(node, x); },
                 [&](const drain&) { s.on_drain(node); },
                 [&](const locate& x) { s.on_locate(node, x, fx); },
                 [&](const query& x) { s.on_query(node, x, now, fx); },
                 [](const auto&) {},
             },
             message.content);
}

void dispatch_queue::on_results(const ledger_id& executor, const std::vector<attempt_ref>& attempts,
                                instant now, dispatch_effects&) {
  auto& s = *state_;
  s.account(now);
  auto& node = s.node_of(executor);
  for (const auto& attempt : attempts) {
    if (s.unplace(node, attempt.assigned)) {
      ++node.executor.done;
      ++s.results_seen;
    }
    if (auto* job = s.find(attempt.job))
      s.mark_ended(attempt.job, *job, attempt);
  }
}

void dispatch_queue::on_results_gone(const std::vector<attempt_ref>& attempts, instant now,
                                     dispatch_effects& fx) {
  auto& s = *state_;
  s.account(now);
  for (const auto& attempt : attempts) {
    auto* job = s.find(attempt.job);
    if (job == nullptr || job->phase != job_phase::ended)
      continue;
    if (s.runs(*job)) // a later attempt, so that one is to bring the result
      s.set_phase(attempt.job, *job, job_phase::assigned);
    else
      s.lose(attempt.job, *job, s.name_of(job->executor), attempt.assigned, job->attempts + 1,
             false, fx);
  }
}

void dispatch_queue::on_retired(const ledger_id& ledger, instant now, dispatch_effects& fx) {
  state_->account(now);
  state_->retire(ledger, fx);
}

void dispatch_queue::on_tick(instant now, dispatch_effects& fx) {
  auto& s = *state_;
  s.account(now);
  s.tick_graces(now, fx);
  s.update_rates(now);
  for (auto& [ledger, node] : s.nodes)
    if (std::exchange(node.home.credit_withheld, false))
      s.outbox(node).acknowledge_submissions = true;
  const auto period_us = s.settings.cluster.result_period_ms * us_per_ms;
  if (period_us == 0 || now.steady_us < s.next_result_period_us)
    return;
  s.next_result_period_us = now.steady_us + period_us;
  for (const auto& [ledger, node] : s.nodes) {
    if (!node.live || !node.executor.reported)
      continue;
    result_period due{ledger, {}};
    for (const auto& [at, placed] : node.executor.load)
      if (!placed.reserved && !placed.stopping)
        due.missing.push_back({placed.id, at});
    fx.emit(std::move(due));
  }
}

void dispatch_queue::flush(instant now, dispatch_effects& fx) {
  state_->account(now);
  state_->pump(now, fx);
  state_->emit_outboxes(fx);
}

dispatch_queue::totals dispatch_queue::count() const {
  const auto& s = *state_;
  totals t;
  for (const auto number : s.phases)
    t.jobs += number;
  t.queued = s.waiting();
  t.delayed = s.count(job_phase::delayed);
  t.assigned = s.count(job_phase::assigned) + s.count(job_phase::granting);
  t.ended = s.count(job_phase::ended);
  t.alone = s.alone.size() + s.alone_placed;
  t.bytes = s.spec_bytes;
  return t;
}

std::uint32_t dispatch_queue::spread() const {
  return state_->loads.spread();
}

std::uint32_t dispatch_queue::avoidable_spread() const {
  return state_->loads.avoidable_spread();
}

double dispatch_queue::share_of_time_even() const {
  return state_->loads.share_even();
}

std::size_t dispatch_queue::load_of(const ledger_id& executor) const {
  const auto found = state_->nodes.find(executor);
  return found == state_->nodes.end() ? 0 : found->second.executor.load.size();
}

bool dispatch_queue::live(const ledger_id& node) const {
  const auto found = state_->nodes.find(node);
  return found != state_->nodes.end() && found->second.live;
}

std::string dispatch_queue::check_invariants() const {
  return state_->invariants();
}

} // namespace evenkeel::core
