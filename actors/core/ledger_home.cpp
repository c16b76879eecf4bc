// Jobs that run where they were submitted, without the proxy's knowing (home_call.hpp): from the
// request to the one record that a short one leaves, or to an open job when it is not over soon.
#include "actors/core/ledger_state.hpp"
#include "actors/core/ledger_views.hpp"

#include <utility>

namespace evenkeel::core {

namespace {

constexpr std::size_t longest_told_output = 4'096;

} // namespace

void ticket_ledger::state::on_home_call_end(home_call_end& end, instant now, ledger_effects& fx) {
  auto call = home_calls.take(end.number);
  if (!call)
    return;
  home_calls.learn(call->spec.text, end.took_us);
  if (call->sequence != 0) {
    submission.release(call->sequence);
    if (jobs.find_open(call->sequence) != nullptr) // else it was cancelled
      end_job(call->sequence, std::move(end.result), fx);
    return;
  }
  auto finished = jobs.issue_ended(call->spec, call->owner, call->submitted_ms, now.wall_ms,
                                   std::move(end.result));
  const auto sequence = finished.sequence;
  const auto& indexed = *jobs.find_finished(sequence);
  retention.finished(kept_since_ms(indexed));
  cache.put(sequence, finished.result);
  client_answer content;
  content.kind = request_kind::submit;
  content.subject = {code, sequence};
  if (const auto& out = finished.result.out; out.size() <= longest_told_output) {
    content.jobs.push_back(view_of(code, sequence, indexed, jobs, &finished.result));
    content.outputs.push_back(out);
  }
  fx.put(std::move(finished), durability::synced);
  answer(call->from, std::move(content), fx);
}

void ticket_ledger::state::on_home_call_declined(std::uint64_t number, instant now,
                                                 ledger_effects& fx) {
  const auto call = home_calls.take(number);
  if (!call)
    return;
  home_calls.pause(now);
  if (call->sequence != 0) {
    auto* job = jobs.find_open(call->sequence);
    if (job == nullptr)
      return submission.release(call->sequence);
    job->change_details().attempts = 0;
    job->change_details().deaths = 0;
    fx.put(jobs.record_of(*job), durability::written);
    return submission.let_go(*job);
  }
  if (has_room_for(call->from, call->spec, {call->owner, {}}, fx))
    take_in(call->from, call->spec, {call->owner, {}}, now, fx);
}

/// Whoever waits for a ticket gets it now. Whatever ends this process before the call has ended is
/// a death of its first attempt (R14).
void ticket_ledger::state::keep_late_home_calls(instant now, ledger_effects& fx) {
  for (const auto number : home_calls.late(now)) {
    const auto& call = home_calls.at(number);
    auto& job = jobs.issue(call.spec, {call.owner, {}}, now.wall_ms);
    job.change_details().attempts = 1;
    job.change_details().deaths = 1;
    fx.put(jobs.record_of(job), durability::synced);
    give_ticket(call.from, job.sequence, fx);
    submission.keep(job.sequence);
    home_calls.keep(number, job.sequence);
  }
}

whereabouts ticket_ledger::state::kept_here(std::uint64_t sequence) const {
  whereabouts here;
  here.sequence = sequence;
  here.state = job_state::running;
  here.attempt = 1;
  here.node = node;
  return here;
}

whereabouts_map ticket_ledger::state::where_kept() const {
  whereabouts_map where;
  for (const auto sequence : submission.all_kept())
    if (jobs.find_open(sequence) != nullptr) // else it was cancelled
      where.emplace(sequence, kept_here(sequence));
  return where;
}

} // namespace evenkeel::core
