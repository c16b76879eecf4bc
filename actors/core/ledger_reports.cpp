// What the proxy says: results, lost attempts, grants wanted, specs wanted, questions of other
// nodes.
#include "actors/core/ledger_state.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::core {

namespace {

bool valid(outcome how) {
  return how >= outcome::done && how <= outcome::lost;
}

/// R3: whether the one start that a `once` job had is used up by this loss. An attempt older than
/// the granted one never started; a report without a fence means that nobody holds the job any
/// more.
bool grant_is_gone(const open_entry& job, const lost_attempt& lost) {
  const auto& granted = job.details().grant.granted;
  return job.spec.once() && granted.valid() && (!lost.assigned.valid() || lost.assigned >= granted);
}

} // namespace

// -- results
// ------------------------------------------------------------------------------------------

void ticket_ledger::state::take(const result_batch& message, instant /*now*/, ledger_effects& fx) {
  for (const auto& [job, result] : message.results) {
    if (job.ledger != ledger) {
      fx.log(note::level::warning, "a result for another ledger came here: dropped");
      continue;
    }
    // Known or not, first or not: the sender may forget it (R7, design section 4).
    outbox.acknowledged.push_back({job, result.assigned});
    const auto* open = jobs.find_open(job.sequence);
    if (open == nullptr)
      continue;
    if (open->spec.kind() == job_kind::function)
      home_calls.learn(std::string{open->spec.text()}, result);
    auto kept = result;
    if (!valid(kept.how)) {
      kept.how = outcome::failed;
      kept.reason = "invalid-outcome";
      fx.log(note::level::error, "a result of unknown outcome was recorded as failed");
    }
    end_job(job.sequence, std::move(kept), fx);
  }
}

void ticket_ledger::state::take(const result_exchange& message, instant now, ledger_effects& fx) {
  take(message.results, now, fx);
}

void ticket_ledger::state::end_job(std::uint64_t sequence, job_result result, ledger_effects& fx) {
  auto finished = jobs.finish(sequence, std::move(result));
  retention.finished(kept_since_ms(*jobs.find_finished(sequence)));
  cache.put(sequence, finished.result);
  for (const auto which : pending.on_end(sequence)) {
    if (pending.at(which).remaining != 0)
      continue;
    const auto waiting = pending.take(which);
    if (waiting.request)
      answer_wait_all(waiting.who, *waiting.request, fx);
    else
      answer_finished(waiting.who, waiting.kind, waiting.streams, sequence, &finished.result, fx);
  }
  fx.put(std::move(finished), durability::synced);
}

// -- attempts without a result
// ------------------------------------------------------------------------

void ticket_ledger::state::take(const lost_attempt_batch& message, instant now,
                                ledger_effects& fx) {
  for (const auto& lost : message.attempts)
    on_lost_attempt(lost, now, fx);
}

void ticket_ledger::state::on_lost_attempt(const lost_attempt& lost, instant now,
                                           ledger_effects& fx) {
  auto* entry = jobs.find_open(lost.sequence);
  if (entry == nullptr) {
    outbox.cancelled.push_back(lost.sequence);
    return;
  }
  auto& job = entry->change_details();
  const bool counted = lost.assigned <= job.last_lost;
  if (!counted) {
    job.last_lost = lost.assigned;
    job.attempts = std::max(job.attempts, lost.attempt);
    job.deaths += lost.death ? 1U : 0U;
  }
  const bool gone = grant_is_gone(*entry, lost);
  if (gone || job.deaths >= limits.max_deaths) {
    job_result result;
    result.how = gone ? outcome::lost : outcome::failed;
    result.attempt = job.attempts;
    result.assigned = lost.assigned;
    result.ended_ms = now.wall_ms;
    result.node = lost.node;
    result.reason = "lost-executor";
    end_job(lost.sequence, std::move(result), fx);
    outbox.cancelled.push_back(lost.sequence);
    return;
  }
  if (!counted)
    fx.put(jobs.record_of(*entry), durability::synced);
  outbox.verdicts.push_back({lost.sequence, lost.assigned, job.attempts, job.deaths});
}

/// What the proxy has on disk may be older: a power cut there must not forget deaths (R14). Told
/// before the end mark, so before any of these jobs is assigned anew.
void ticket_ledger::state::tell_counts(ledger_effects& fx) const {
  ledger_outbox counts;
  for (const auto& [sequence, entry] : jobs.open())
    if (const auto& job = entry.details(); job.attempts != 0 && submission.ever_sent(sequence))
      counts.verdicts.push_back({sequence, job.last_lost, job.attempts, job.deaths});
  for (auto& message : counts.drain())
    fx.emit(to_proxy{*link, std::move(message)});
}

void ticket_ledger::state::take(const grant_request& message, instant /*now*/, ledger_effects& fx) {
  for (const auto& [sequence, wanted] : message.wanted) {
    auto* entry = jobs.find_open(sequence);
    if (entry == nullptr) {
      outbox.cancelled.push_back(sequence);
      continue;
    }
    if (!entry->details().grant.granted.valid() && wanted.granted.valid()) {
      entry->change_details().grant = wanted;
      fx.put(jobs.record_of(*entry), durability::synced);
    }
    outbox.granted.push_back({sequence, entry->details().grant});
  }
}

// -- jobs that the proxy lacks
// ------------------------------------------------------------------------

void ticket_ledger::state::take(const spec_request& message, instant /*now*/,
                                ledger_effects& /*fx*/) {
  for (const auto& range : message.wanted) {
    const auto missing = submission.on_wanted(range, jobs);
    outbox.cancelled.insert(outbox.cancelled.end(), missing.begin(), missing.end());
  }
}

void ticket_ledger::state::take(const submit_ack& message, instant /*now*/,
                                ledger_effects& /*fx*/) {
  submission.on_ack(message);
}

// -- questions
// ----------------------------------------------------------------------------------------

void ticket_ledger::state::take(const located& message, instant /*now*/, ledger_effects& fx) {
  if (pending.awaits_location(message.question))
    answer_where(message.question, message.jobs, fx);
}

void ticket_ledger::state::take(const query& message, instant now, ledger_effects& fx) {
  auto request = message.request;
  on_request({true, *link, message.question}, request, now, fx);
}

void ticket_ledger::state::take(const abandon& message, instant /*now*/, ledger_effects& /*fx*/) {
  drop(pending.of({true, *link, message.question}));
}

} // namespace evenkeel::core
