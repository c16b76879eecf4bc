// What clients ask, here or through the proxy: each request is answered, or becomes pending.
#include "actors/core/ledger_state.hpp"
#include "actors/core/ledger_views.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace evenkeel::core {

namespace {

std::int64_t deadline_of(const client_request& request, instant now) {
  constexpr std::int64_t longest_ms = 1'000LL * 3600 * 24 * 366 * 100;
  if (request.timeout_ms < 0)
    return no_deadline;
  return now.steady_us + std::min(request.timeout_ms, longest_ms) * us_per_ms;
}

} // namespace

void ticket_ledger::state::on_request(const requester& from, client_request& request, instant now,
                                      ledger_effects& fx) {
  const auto reject = [&](errc error, std::string text) {
    refuse(from, request.kind, error, 0, std::move(text), fx);
  };
  switch (request.kind) {
  case request_kind::submit:
    if (from.remote)
      return reject(errc::bad_request, "a job is submitted at the node that issues its ticket");
    return submit(from, request, now, fx);
  case request_kind::wait_all:
    if (from.remote)
      return reject(errc::bad_request, "WAIT ALL is about a session's own tickets");
    return wait_for_all(from, request, now, fx);
  case request_kind::list:
    return list(from, request, now, fx);
  case request_kind::all_results:
    return all_results(from, request, fx);
  case request_kind::nodes:
  case request_kind::stats:
  case request_kind::retire:
    return reject(errc::internal, "not a question for a ledger");
  case request_kind::status:
  case request_kind::result:
  case request_kind::wait:
  case request_kind::cancel:
  case request_kind::forget:
    return about_job(from, request, now, fx);
  }
  reject(errc::bad_request, "unknown kind of request");
}

void ticket_ledger::state::submit(const requester& from, client_request& request, instant now,
                                  ledger_effects& fx) {
  auto& spec = request.spec;
  client_answer content;
  content.kind = request_kind::submit;
  const job_label label{request.who.name, request.key};
  // A known key needs neither room nor leave: the job is here already.
  if (const auto known = request.key.empty() ? 0 : jobs.find_key(label); known != 0) {
    content.subject = {code, known};
    content.repeated = true;
    return answer(from, std::move(content), fx);
  }
  if (!has_room_for(from, spec, label, fx))
    return;
  if (request.key.empty() && home_calls.admits(spec, now))
    return home_calls.add(from, std::move(spec), label.owner, now);
  take_in(from, spec, label, now, fx);
}

/// False: it is refused.
bool ticket_ledger::state::has_room_for(const requester& from, const job_spec& spec,
                                        const job_label& label, ledger_effects& fx) const {
  const auto reject = [&](errc error, std::string text) {
    refuse(from, request_kind::submit, error, 0, std::move(text), fx);
    return false;
  };
  if (refusal != errc::ok)
    return reject(refusal, refusal_text);
  if (code.empty())
    return reject(errc::unavailable, "this node has not met a proxy yet");
  if (jobs.open().size() + home_calls.without_ticket() >= limits.max_open_jobs)
    return reject(errc::busy, "too many unfinished jobs on this node");
  if (limits.max_open_jobs_of_owner != 0 && !label.owner.empty()
      && jobs.open_of(label.owner) + home_calls.without_ticket(label.owner)
             >= limits.max_open_jobs_of_owner)
    return reject(errc::busy, "too many unfinished jobs of " + label.owner + " on this node");
  if (jobs.open_bytes() + home_calls.bytes() + size_of(spec) > limits.max_open_bytes)
    return reject(errc::busy, "the unfinished jobs on this node take too much memory");
  return true;
}

void ticket_ledger::state::take_in(const requester& from, const job_spec& spec,
                                   const job_label& label, instant now, ledger_effects& fx) {
  const auto& entry = jobs.issue(spec, label, now.wall_ms);
  fx.put(jobs.record_of(entry), durability::synced);
  give_ticket(from, entry.sequence, fx);
}

void ticket_ledger::state::give_ticket(const requester& to, std::uint64_t sequence,
                                       ledger_effects& fx) const {
  client_answer content;
  content.kind = request_kind::submit;
  content.subject = {code, sequence};
  answer(to, std::move(content), fx);
}

void ticket_ledger::state::about_job(const requester& from, const client_request& request,
                                     instant now, ledger_effects& fx) {
  const auto sequence = request.subject.sequence;
  if (code.empty() || request.subject.code != code) {
    client_answer content;
    content.kind = request.kind;
    content.code = errc::internal;
    content.subject = request.subject;
    content.text = "this ticket belongs to another ledger";
    return answer(from, std::move(content), fx);
  }
  const auto* open = jobs.find_open(sequence);
  if (open != nullptr && may_see(request.who, jobs.owner_name(open->owner)))
    return about_open_job(from, request, *open, now, fx);
  const auto* finished = jobs.find_finished(sequence);
  if (finished != nullptr && may_see(request.who, jobs.owner_name(finished->owner)))
    return about_finished_job(from, request, *finished, fx);
  refuse(from, request.kind, errc::not_found, sequence, not_found_text, fx);
}

void ticket_ledger::state::about_open_job(const requester& from, const client_request& request,
                                          const open_entry& job, instant now, ledger_effects& fx) {
  const auto sequence = job.sequence;
  switch (request.kind) {
  case request_kind::status: {
    if (submission.kept(sequence)) {
      const auto here = kept_here(sequence);
      return answer_status(from, job, &here, fx);
    }
    if (!link || !submission.ever_sent(sequence))
      return answer_status(from, job, nullptr, fx);
    pending_request waiting;
    waiting.who = from;
    waiting.sequence = sequence;
    return ask_where(std::move(waiting), {sequence}, now, fx);
  }
  case request_kind::wait:
    if (request.timeout_ms != 0)
      return wait_for_end(from, request, now, fx);
    [[fallthrough]];
  case request_kind::result:
    return refuse(from, request.kind, errc::not_ready, sequence, "the job has not finished yet",
                  fx);
  case request_kind::cancel:
    return cancel(from, sequence, now, fx);
  case request_kind::forget:
    return refuse(from, request.kind, errc::conflict, sequence,
                  "the job has not finished; cancel it first", fx);
  default:
    break;
  }
}

void ticket_ledger::state::about_finished_job(const requester& from, const client_request& request,
                                              const finished_entry& job, ledger_effects& fx) {
  const auto sequence = request.subject.sequence;
  client_answer content;
  content.kind = request.kind;
  content.subject = {code, sequence};
  switch (request.kind) {
  case request_kind::cancel:
    if (job.state != job_state::cancelled)
      return refuse(from, request.kind, errc::conflict, sequence,
                    "the job has ended already: " + std::string{to_text(job.state)}, fx);
    content.repeated = true;
    return answer(from, std::move(content), fx);
  case request_kind::forget:
    forget(sequence, durability::synced, fx);
    return answer(from, std::move(content), fx);
  default:
    return look_up_finished(from, request.kind, request.streams, sequence, fx);
  }
}

void ticket_ledger::state::cancel(const requester& from, std::uint64_t sequence, instant now,
                                  ledger_effects& fx) {
  job_result result;
  result.how = outcome::cancelled;
  result.attempt = jobs.find_open(sequence)->details().attempts;
  result.ended_ms = now.wall_ms;
  end_job(sequence, std::move(result), fx);
  if (link && submission.ever_sent(sequence))
    outbox.cancelled.push_back(sequence);
  client_answer content;
  content.kind = request_kind::cancel;
  content.subject = {code, sequence};
  answer(from, std::move(content), fx);
}

void ticket_ledger::state::forget(std::uint64_t sequence, durability level, ledger_effects& fx) {
  jobs.forget(sequence);
  cache.erase(sequence);
  fx.erase(record::ledger_job_key(sequence), level);
  fx.put(record::issued{jobs.next_sequence()}, level);
}

// -- requests that may have to wait
// -------------------------------------------------------------------

bool ticket_ledger::state::too_many_wait(const requester& from, request_kind kind,
                                         std::uint64_t sequence, ledger_effects& fx) const {
  if (pending.size() < limits.max_waits)
    return false;
  refuse(from, kind, errc::busy, sequence, "too many requests wait on this node", fx);
  return true;
}

bool ticket_ledger::state::may_not_wait(const requester& from, request_kind kind,
                                        std::uint64_t sequence, ledger_effects& fx) const {
  if (!stopping || from.remote)
    return too_many_wait(from, kind, sequence, fx);
  refuse(from, kind, errc::unavailable, sequence, stopping_text, fx);
  return true;
}

void ticket_ledger::state::wait_for_end(const requester& from, const client_request& request,
                                        instant now, ledger_effects& fx) {
  const auto sequence = request.subject.sequence;
  if (may_not_wait(from, request.kind, sequence, fx))
    return;
  pending_request waiting;
  waiting.who = from;
  waiting.kind = request.kind;
  waiting.streams = request.streams;
  waiting.sequence = sequence;
  waiting.deadline_us = deadline_of(request, now);
  pending.await_end(pending.add(std::move(waiting)), sequence);
}

void ticket_ledger::state::wait_for_all(const requester& from, const client_request& request,
                                        instant now, ledger_effects& fx) {
  std::vector<std::uint64_t> open;
  std::copy_if(request.own_sequences.begin(), request.own_sequences.end(), std::back_inserter(open),
               [&](std::uint64_t sequence) {
                 const auto* job = jobs.find_open(sequence);
                 return job != nullptr && may_see(request.who, jobs.owner_name(job->owner));
               });
  if (open.empty() || request.timeout_ms == 0)
    return answer_wait_all(from, request, fx);
  if (may_not_wait(from, request.kind, 0, fx))
    return;
  pending_request waiting;
  waiting.who = from;
  waiting.kind = request.kind;
  waiting.deadline_us = deadline_of(request, now);
  waiting.request = std::make_unique<client_request>(request);
  pending.await_ends(pending.add(std::move(waiting)), open);
}

void ticket_ledger::state::ask_where(pending_request request, std::vector<std::uint64_t> sequences,
                                     instant now, ledger_effects& fx) {
  if (too_many_wait(request.who, request.kind, request.sequence, fx))
    return;
  request.deadline_us = now.steady_us + limits.locate_timeout_ms * us_per_ms;
  const auto question = pending.add(std::move(request));
  pending.await_location(question);
  fx.emit(to_proxy{*link, locate{question, std::move(sequences)}});
}

void ticket_ledger::state::list(const requester& from, const client_request& request, instant now,
                                ledger_effects& fx) {
  if (!request.everywhere && !request.after.code.empty() && request.after.code != code)
    return refuse(from, request.kind, errc::bad_request, 0, "after= names a job of another node",
                  fx);
  if (!link || jobs.open().empty() || !lists_open_jobs(request))
    return answer(from, list_page(jobs, code, request, where_kept()), fx);
  pending_request waiting;
  waiting.who = from;
  waiting.kind = request.kind;
  waiting.request = std::make_unique<client_request>(request);
  ask_where(std::move(waiting), {}, now, fx);
}

void ticket_ledger::state::all_results(const requester& from, const client_request& request,
                                       ledger_effects& fx) {
  client_answer page;
  page.kind = request.kind;
  std::vector<std::uint64_t> missing;
  for (const auto sequence : oldest_after(jobs, request, page.more)) {
    auto& output = page.outputs.emplace_back();
    const auto* finished = jobs.find_finished(sequence);
    if (finished == nullptr) {
      page.jobs.push_back(view_of(code, *jobs.find_open(sequence), nullptr));
      continue;
    }
    page.jobs.push_back(view_of(code, sequence, *finished, jobs, nullptr));
    if (finished->kind != job_kind::sleep || finished->state != job_state::done)
      continue;
    if (const auto* result = cache.find(sequence))
      output = result->out;
    else
      missing.push_back(sequence);
  }
  if (missing.empty())
    return answer(from, std::move(page), fx);
  if (too_many_wait(from, request.kind, 0, fx))
    return;
  pending_request waiting;
  waiting.who = from;
  waiting.kind = request.kind;
  waiting.partial = std::make_unique<client_answer>(std::move(page));
  const auto which = pending.add(std::move(waiting));
  for (const auto sequence : missing)
    load(sequence, which, fx);
}

} // namespace evenkeel::core
