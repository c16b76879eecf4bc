// The life of a job at the proxy: into the queue, out of it, lost, dropped.
#include "actors/core/dispatch_state.hpp"

#include <algorithm>

namespace evenkeel::core {

namespace {

bool counts_as_outstanding(job_phase phase) {
  return phase == job_phase::granting || phase == job_phase::assigned || phase == job_phase::ended;
}

} // namespace

node_entry& dispatch_queue::state::node_of(const ledger_id& ledger) {
  auto& node = nodes[ledger];
  node.ledger = ledger;
  return node;
}

job_entry* dispatch_queue::state::find(const job_id& id) {
  const auto node = nodes.find(id.ledger);
  if (node == nodes.end())
    return nullptr;
  auto& jobs = node->second.home.jobs;
  const auto job = jobs.find(id.sequence);
  return job == jobs.end() ? nullptr : &job->second;
}

job_entry& dispatch_queue::state::create(const job_id& id, std::int64_t submitted_ms) {
  auto& home = node_of(id.ledger).home;
  lacks_no_more(home, id.sequence);
  auto& job = home.jobs[id.sequence];
  job.submitted_ms = submitted_ms;
  job.phase = job_phase::held;
  ++phases[static_cast<std::size_t>(job_phase::held)];
  return job;
}

void dispatch_queue::state::set_phase(const job_id& id, job_entry& job, job_phase next) {
  --phases[static_cast<std::size_t>(job.phase)];
  ++phases[static_cast<std::size_t>(next)];
  auto& home = node_of(id.ledger).home;
  home.outstanding -= counts_as_outstanding(job.phase) ? 1 : 0;
  home.outstanding += counts_as_outstanding(next) ? 1 : 0;
  const auto bytes = job.spec ? job.spec.size() : 0;
  parked_bytes -= job.phase == job_phase::parked ? bytes : 0;
  parked_bytes += next == job_phase::parked ? bytes : 0;
  if (job.phase == job_phase::granting)
    home.granting.erase(id.sequence);
  if (next == job_phase::granting)
    home.granting.insert(id.sequence);
  job.phase = next;
}

/// Once per job: its spec never changes. A job without one is in no queue.
void dispatch_queue::state::set_spec(job_entry& job, const job_spec& spec) {
  spec_bytes += size_of(spec);
  job.spec = packed_spec{spec};
}

/// From any phase in which it is on no executor into the queue, as far as it may.
void dispatch_queue::state::enqueue(const job_id& id, job_entry& job) {
  take_out(id, job);
  job.current = {};
  if (!job.spec) {
    set_phase(id, job, job_phase::specless);
    want_spec(node_of(id.ledger), id.sequence);
    return;
  }
  set_phase(id, job, job_phase::queued);
  if (suspected(job))
    alone.insert(key_of(id, job));
  else
    queues[class_of(job.spec)].insert(key_of(id, job));
}

/// After an attempt came to nothing. What we know of the job may be from before a power cut: it may
/// be finished, or another executor has a later attempt. Not before all have reported, or the grace
/// is over, is it run again.
void dispatch_queue::state::requeue(const job_id& id, job_entry& job, const fence& lost) {
  const bool assigned_by_us = lost.epoch == current.counter; // when it was known to be nowhere else
  if (!job.spec || !whereabouts_unknown || assigned_by_us) {
    enqueue(id, job);
    return;
  }
  take_out(id, job);
  set_phase(id, job, job_phase::held);
}

/// Out of whatever queue it waits in. The phase stays: the caller sets the next one.
void dispatch_queue::state::take_out(const job_id& id, job_entry& job) {
  const auto key = key_of(id, job);
  if (job.phase == job_phase::parked) {
    node_of(id.ledger).home.parked.erase(key);
  } else if (job.phase == job_phase::queued && alone.erase(key) == 0 && job.spec) {
    const auto queue = queues.find(class_of(job.spec));
    if (queue != queues.end() && queue->second.erase(key) > 0 && queue->second.empty())
      queues.erase(queue);
  }
}

/// The cluster forgets this job: it is finished at its home. Whatever still runs for it is stopped.
void dispatch_queue::state::drop(const job_id& id, dispatch_effects& fx) {
  auto& home = node_of(id.ledger).home;
  lacks_no_more(home, id.sequence);
  auto* job = find(id);
  if (job == nullptr)
    return;
  take_out(id, *job);
  stop_current(*job);
  set_phase(id, *job, job_phase::held);
  --phases[static_cast<std::size_t>(job_phase::held)];
  if (job->spec)
    spec_bytes -= job->spec.size();
  home.losses.erase(id.sequence);
  home.jobs.erase(id.sequence);
  fx.erase({record::kind::cluster_job, id, {}});
  fx.erase({record::kind::placement, id, {}});
}

void dispatch_queue::state::stop_current(job_entry& job) {
  if (!job.current.valid())
    return;
  const auto executor = nodes.find(job.executor);
  if (executor != nodes.end())
    stop(executor->second, job.current);
  job.current = {};
}

/// The attempt is not wanted any more. It stays in the load until its executor has let it go; an
/// executor that has not reported yet is told when it has (end_of_executor).
void dispatch_queue::state::stop(node_entry& node, const fence& at) {
  const auto found = node.executor.load.find(at);
  if (found == node.executor.load.end() || found->second.stopping)
    return;
  if (found->second.reserved) { // never sent
    unplace(node, at);
    return;
  }
  found->second.stopping = true;
  if (node.live && node.executor.reported)
    outbox(node).stops.push_back({found->second.id, at});
}

std::string dispatch_queue::state::name_of(const ledger_id& ledger) const {
  const auto node = nodes.find(ledger);
  return node == nodes.end() ? std::string{} : node->second.name;
}

/// Its current attempt is on an executor and wanted.
bool dispatch_queue::state::runs(const job_entry& job) const {
  const auto node = nodes.find(job.executor);
  if (node == nodes.end())
    return false;
  const auto placed = node->second.executor.load.find(job.current);
  return placed != node->second.executor.load.end() && !placed->second.stopping;
}

/// Gives the slot back that was kept for a once job, if nothing was sent there yet.
void dispatch_queue::state::unreserve(job_entry& job) {
  if (!job.current.valid())
    return;
  auto& node = node_of(job.executor);
  const auto placed = node.executor.load.find(job.current);
  if (placed != node.executor.load.end() && !placed->second.reserved)
    return;
  unplace(node, job.current);
  job.current = {};
}

/// An attempt that was on an executor is over without a result. Its home counts deaths, and decides
/// about granted jobs; while it is away, others go on without it as far as that may be.
void dispatch_queue::state::lose(const job_id& id, job_entry& job, const std::string& node,
                                 const fence& at, std::uint32_t attempt, bool death,
                                 dispatch_effects& fx) {
  take_out(id, job);
  job.current = {};
  death = death && at > job.last_lost(); // it may have come back after it was given up
  job.change_details().last_lost = std::max(job.last_lost(), at);
  job.attempts = std::max(job.attempts, attempt);
  fx.erase({record::kind::placement, id, {}});
  const bool granted = job.grant() != nullptr;
  if (!death && !granted) {
    requeue(id, job, at);
    return;
  }
  job.deaths = few(job.deaths + (death ? 1U : 0U));
  if (job.spec)
    save(id, job, fx);
  auto& home = node_of(id.ledger);
  const auto job_name = home.code.empty()
                            ? std::to_string(id.sequence) + " of ledger " + to_text(id.ledger)
                            : to_text(ticket{home.code, id.sequence});
  fx.log(note::level::warning, "job " + job_name + ": attempt " + std::to_string(attempt)
                                   + " was lost with executor " + node);
  const lost_attempt loss{id.sequence, at, attempt, death, node};
  home.home.losses[id.sequence].push_back(loss);
  if (home.live)
    outbox(home).lost.push_back(loss);
  if (home.live || granted || job.deaths >= settings.max_deaths)
    set_phase(id, job, job_phase::judged);
  else
    requeue(id, job, at);
}

/// This ledger is dead for good (R10): so are its jobs.
void dispatch_queue::state::retire(const ledger_id& ledger, dispatch_effects& fx) {
  const auto found = nodes.find(ledger);
  if (found == nodes.end())
    return;
  auto& node = found->second;
  while (!node.home.jobs.empty())
    drop({ledger, node.home.jobs.begin()->first}, fx);
  node.home.lacking.clear();
  if (!node.live && node.executor.load.empty() && !node.dirty && kept_free != ledger)
    nodes.erase(found);
}

void dispatch_queue::state::save(const job_id& id, const job_entry& job,
                                 dispatch_effects& fx) const {
  record::cluster_job content;
  content.job = id;
  content.submitted_ms = job.submitted_ms;
  content.attempts = job.attempts;
  content.deaths = job.deaths;
  if (const auto* grant = job.grant()) {
    content.granted = grant->granted;
    content.granted_executor = grant->executor;
    content.granted_process = grant->process;
  }
  content.spec = job.spec.unpack();
  // Deaths must not be forgotten in a power cut while their home is away (R14). They are rare.
  fx.put(std::move(content), job.deaths > 0 ? durability::synced : durability::written);
}

} // namespace evenkeel::core
