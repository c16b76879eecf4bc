// What homes say to the dispatch queue: submissions, grants, verdicts, cancels, acknowledgements.
#include "actors/core/dispatch_state.hpp"

#include <algorithm>

namespace evenkeel::core {

void dispatch_queue::state::want_spec(node_entry& home, std::uint64_t sequence) {
  if (!home.live || !home.home.reported)
    return; // the end of its inventory asks for all that is lacking
  auto& wanted = outbox(home).wanted_specs;
  if (!wanted.empty() && wanted.back().last + 1 == sequence)
    wanted.back().last = sequence;
  else
    wanted.push_back({sequence, sequence});
}

/// True where its home has told of this job, and we have asked for it.
bool dispatch_queue::state::lacks(const home_part& home, std::uint64_t sequence) {
  const auto after = home.lacking.upper_bound(sequence);
  return after != home.lacking.begin() && std::prev(after)->second >= sequence;
}

void dispatch_queue::state::lacks_no_more(home_part& home, std::uint64_t sequence) {
  if (!lacks(home, sequence))
    return;
  const auto range = std::prev(home.lacking.upper_bound(sequence));
  const auto [first, last] = *range;
  home.lacking.erase(range);
  if (first < sequence)
    home.lacking.emplace(first, sequence - 1);
  if (sequence < last)
    home.lacking.emplace(sequence + 1, last);
}

void dispatch_queue::state::on_submit(node_entry& node, const submit_batch& batch, instant now,
                                      dispatch_effects& fx) {
  for (const auto& incoming : batch.jobs)
    on_submitted(node, incoming, now, fx);
  outbox(node).acknowledge_submissions = true;
}

void dispatch_queue::state::on_submitted(node_entry& node, const submitted_job& incoming,
                                         instant now, dispatch_effects& fx) {
  const job_id id{node.ledger, incoming.sequence};
  ++node.home.taken_jobs;
  node.home.taken_bytes += size_of(incoming.spec);
  auto* job = find(id);
  const bool known = job != nullptr;
  if (known && job->spec) {
    job->attempts = std::max(job->attempts, incoming.attempts);
    return; // sent again; at-least-once hops
  }
  if (!known) {
    job = &create(id, incoming.submitted_ms);
    ++submissions_seen;
  }
  job->submitted_ms = incoming.submitted_ms;
  job->attempts = std::max(job->attempts, incoming.attempts);
  job->deaths = std::max(job->deaths, few(incoming.deaths));
  set_spec(*job, incoming.spec);
  if (incoming.grant.granted.valid())
    job->change_details().grant = incoming.grant;
  save(id, *job, fx);
  if (known && job->phase != job_phase::specless)
    return; // an executor had told of it already
  if (job->grant() != nullptr)
    settle_granted(id, *job, now, fx);
  else if (incoming.fresh || !whereabouts_unknown)
    enqueue(id, *job);
  else if (known) // by an attempt that came to nothing; somebody may have a later one
    set_phase(id, *job, job_phase::held);
}

/// A `once` job that has its one grant already (R3): it is where the grant says, or it is lost.
void dispatch_queue::state::settle_granted(const job_id& id, job_entry& job, instant now,
                                           dispatch_effects& fx) {
  auto& executor = node_of(job.grant()->executor);
  const auto at = job.grant()->granted;
  const auto placed = executor.executor.load.find(at);
  const bool here = placed != executor.executor.load.end() && !placed->second.stopping;
  if (here && placed->second.id == id) {
    job.executor = executor.ledger;
    job.current = at;
    set_phase(id, job, job_phase::assigned);
    return;
  }
  if (executor.live && executor.executor.reported) {
    lose(id, job, executor.name, at, job.attempts + 1, false, fx);
    return;
  }
  if (!executor.live && executor.given_up) { // a grace of its own, from now
    executor.given_up = false;
    executor.down_since_us = now.steady_us;
  }
  place(executor, id, job, at, job.attempts + 1, now);
}

void dispatch_queue::state::on_grants(node_entry& node, const grant_batch& batch, instant now,
                                      dispatch_effects& fx) {
  for (const auto& item : batch.granted) {
    const job_id id{node.ledger, item.sequence};
    auto* job = find(id);
    if (job != nullptr && job->phase == job_phase::granting && item.grant.granted.valid())
      on_granted(id, *job, item.grant, now, fx);
  }
}

/// The grant may be an earlier one, whose answer was lost with a link. One of this epoch has never
/// left here, since a job is never asked for again once its grant has come: it is still good, and
/// waits for its executor if that is away.
void dispatch_queue::state::on_granted(const job_id& id, job_entry& job, const start_grant& grant,
                                       instant now, dispatch_effects& fx) {
  job.change_details().grant = grant;
  save(id, job, fx);
  auto& executor = node_of(grant.executor);
  const auto at = grant.granted;
  if (job.current != at) {
    unreserve(job);
    set_phase(id, job, job_phase::held);
  }
  if (at.epoch != current.counter) {
    settle_granted(id, job, now, fx);
    return;
  }
  if (!executor.executor.load.contains(at))
    place(executor, id, job, at, job.attempts + 1, now);
  executor.executor.load.at(at).reserved = true;
  set_phase(id, job, job_phase::assigned);
  if (executor.live && executor.executor.reported) {
    send_granted(executor, at, fx);
  } else if (!executor.live && executor.given_up) {
    executor.given_up = false;
    executor.down_since_us = now.steady_us;
  }
}

/// Off it goes, if the process that it was granted to still lives.
void dispatch_queue::state::send_granted(node_entry& node, const fence& at, dispatch_effects& fx) {
  auto& placed = node.executor.load.at(at);
  const auto id = placed.id;
  auto& job = *find(id);
  if (job.grant()->process != node.process) {
    const auto attempt = placed.attempt;
    unplace(node, at);
    lose(id, job, node.name, at, attempt, false, fx);
    return;
  }
  placed.reserved = false;
  fx.put(record::placement{id, at, placed.attempt, node.ledger}, durability::written);
  outbox(node).assignments.push_back({{id, at},
                                      placed.attempt,
                                      placed.alone,
                                      *job.grant(),
                                      node_of(id.ledger).code,
                                      job.spec.unpack()});
}

void dispatch_queue::state::on_verdicts(node_entry& node, const verdict_batch& batch, instant now,
                                        dispatch_effects& fx) {
  for (const auto& item : batch.verdicts)
    on_verdict(node, item, now, fx);
}

/// What the home counts is what counts; a job that waits for this very answer may run again.
void dispatch_queue::state::on_verdict(node_entry& node, const verdict& item, instant now,
                                       dispatch_effects& fx) {
  const job_id id{node.ledger, item.sequence};
  auto* job = find(id);
  if (job == nullptr)
    return;
  if (const auto open = node.home.losses.find(item.sequence); open != node.home.losses.end()) {
    std::erase_if(open->second, [&item](const auto& x) { return x.assigned <= item.assigned; });
    if (open->second.empty())
      node.home.losses.erase(open);
  }
  job->attempts = std::max(job->attempts, item.attempts);
  if (item.assigned < job->last_lost())
    return; // the answers to later losses follow
  job->deaths = few(item.deaths);
  if (job->spec)
    save(id, *job, fx);
  if (job->phase == job_phase::judged && job->grant() != nullptr) {
    set_phase(id, *job, job_phase::held);
    settle_granted(id, *job, now, fx);
  } else if (job->phase == job_phase::judged) {
    requeue(id, *job, item.assigned);
  } else if (job->phase == job_phase::queued) {
    enqueue(id, *job);
  }
}

void dispatch_queue::state::on_cancels(node_entry& node, const cancel_batch& batch,
                                       dispatch_effects& fx) {
  for (const auto sequence : batch.sequences)
    drop({node.ledger, sequence}, fx);
}

void dispatch_queue::state::on_acks(node_entry& node, const result_ack& ack, dispatch_effects& fx) {
  for (const auto& attempt : ack.attempts)
    if (attempt.job.ledger == node.ledger)
      drop(attempt.job, fx);
}

/// R12: what we do not know, its home is to submit again.
void dispatch_queue::state::on_audit(node_entry& node, const audit& question) {
  if (!node.home.reported)
    return; // the end of its inventory asks for all that is lacking
  constexpr std::uint64_t most = 20'000;
  std::uint64_t asked = 0;
  for (const auto& range : question.unfinished)
    for (auto sequence = range.first; sequence <= range.last && asked < most; ++sequence, ++asked)
      if (!node.home.jobs.contains(sequence) && !lacks(node.home, sequence)) {
        node.home.lacking.emplace(sequence, sequence);
        want_spec(node, sequence);
      }
}

} // namespace evenkeel::core
