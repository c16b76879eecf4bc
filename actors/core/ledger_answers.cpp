// How and when requests are answered: at once, from a record that was read, with the proxy's word
// on where jobs are, or when time is up.
#include "actors/core/ledger_state.hpp"
#include "actors/core/ledger_views.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::core {

void ticket_ledger::state::answer(const requester& to, client_answer content,
                                  ledger_effects& fx) const {
  if (!to.remote)
    fx.emit(reply{to, std::move(content)});
  else if (link == to.session)
    fx.emit(to_proxy{*link, evenkeel::answer{0, to.number, std::move(content)}});
}

void ticket_ledger::state::refuse(const requester& to, request_kind kind, errc error,
                                  std::uint64_t sequence, std::string text,
                                  ledger_effects& fx) const {
  client_answer content;
  content.kind = kind;
  content.code = error;
  content.text = std::move(text);
  if (sequence != 0)
    content.subject = {code, sequence};
  answer(to, std::move(content), fx);
}

// -- finished jobs
// ------------------------------------------------------------------------------------

void ticket_ledger::state::answer_finished(const requester& to, request_kind kind,
                                           stream_choice streams, std::uint64_t sequence,
                                           const job_result* result, ledger_effects& fx) const {
  client_answer content;
  content.kind = kind;
  content.subject = {code, sequence};
  content.jobs.push_back(view_of(code, sequence, *jobs.find_finished(sequence), jobs, result));
  if (kind != request_kind::status && result != nullptr)
    content.outputs = outputs_of(*result, streams);
  answer(to, std::move(content), fx);
}

void ticket_ledger::state::look_up_finished(const requester& to, request_kind kind,
                                            stream_choice streams, std::uint64_t sequence,
                                            ledger_effects& fx) {
  const auto* cached = cache.find(sequence);
  const auto& finished = *jobs.find_finished(sequence);
  const bool index_tells_all =
      !finished.reason_cut && (kind == request_kind::status || streams == stream_choice::none);
  if (cached != nullptr || index_tells_all)
    return answer_finished(to, kind, streams, sequence, cached, fx);
  if (too_many_wait(to, kind, sequence, fx))
    return;
  pending_request waiting;
  waiting.who = to;
  waiting.kind = kind;
  waiting.streams = streams;
  waiting.sequence = sequence;
  load(sequence, pending.add(std::move(waiting)), fx);
}

void ticket_ledger::state::load(std::uint64_t sequence, ledger_pending::id which,
                                ledger_effects& fx) {
  pending.await_record(which, sequence);
  if (loading.insert(sequence).second)
    fx.emit(load_record{record::ledger_job_key(sequence)});
}

void ticket_ledger::state::on_loaded(const record::key& where, const record::value* content,
                                     ledger_effects& fx) {
  const auto sequence = where.job.sequence;
  if (where.type != record::kind::ledger_job || loading.erase(sequence) == 0)
    return;
  const bool known = jobs.find_finished(sequence) != nullptr; // else forgotten meanwhile
  const auto* job = content == nullptr ? nullptr : std::get_if<record::finished_job>(content);
  const auto* result = job != nullptr && known ? &job->result : nullptr;
  if (result != nullptr)
    cache.put(sequence, *result);
  else if (known)
    fx.log(note::level::error,
           "the record of finished job " + to_text(ticket{code, sequence}) + " cannot be read");
  for (const auto which : pending.on_record(sequence)) {
    if (pending.at(which).partial) {
      on_page_record(which, sequence, result, fx);
      continue;
    }
    const auto request = pending.take(which);
    if (!known)
      refuse(request.who, request.kind, errc::not_found, sequence, not_found_text, fx);
    else if (result == nullptr)
      refuse(request.who, request.kind, errc::internal, sequence,
             "the record of this job cannot be read", fx);
    else
      answer_finished(request.who, request.kind, request.streams, sequence, result, fx);
  }
}

void ticket_ledger::state::on_page_record(ledger_pending::id which, std::uint64_t sequence,
                                          const job_result* result, ledger_effects& fx) {
  auto& request = pending.at(which);
  auto& page = *request.partial;
  const auto place = std::lower_bound(
      page.jobs.begin(), page.jobs.end(), sequence,
      [](const job_view& view, std::uint64_t wanted) { return view.name.sequence < wanted; });
  if (result != nullptr)
    page.outputs[static_cast<std::size_t>(place - page.jobs.begin())] = result->out;
  if (request.remaining != 0)
    return;
  const auto complete = pending.take(which);
  answer(complete.who, std::move(*complete.partial), fx);
}

void ticket_ledger::state::answer_wait_all(const requester& to, const client_request& request,
                                           ledger_effects& fx) const {
  client_answer content;
  content.kind = request_kind::wait_all;
  const bool with_views = request.own_sequences.size() <= request.limit;
  std::uint64_t open_jobs = 0;
  for (const auto sequence : request.own_sequences) {
    job_view view;
    const auto* owner = jobs.owner_of(sequence);
    const bool seen = owner != nullptr && may_see(request.who, *owner);
    if (const auto* open = seen ? jobs.find_open(sequence) : nullptr) {
      ++open_jobs;
      view = view_of(code, *open, nullptr);
    } else {
      const auto* finished = seen ? jobs.find_finished(sequence) : nullptr;
      view = finished != nullptr ? view_of(code, sequence, *finished, jobs, nullptr)
                                 : view_of_forgotten(code, sequence);
      ++(view.state == job_state::done ? content.done : content.failed);
    }
    if (with_views)
      content.jobs.push_back(std::move(view));
  }
  if (open_jobs != 0) {
    content.code = errc::not_ready;
    content.text = std::to_string(open_jobs) + " of the jobs have not finished yet";
  }
  answer(to, std::move(content), fx);
}

// -- open jobs
// ----------------------------------------------------------------------------------------

void ticket_ledger::state::answer_status(const requester& to, const open_entry& job,
                                         const whereabouts* where, ledger_effects& fx) const {
  client_answer content;
  content.kind = request_kind::status;
  content.subject = {code, job.sequence};
  auto& view = content.jobs.emplace_back(view_of(code, job, where));
  if (!link && where == nullptr)
    view.reason = "no-proxy";
  answer(to, std::move(content), fx);
}

void ticket_ledger::state::answer_where(ledger_pending::id which,
                                        const std::vector<whereabouts>& known, ledger_effects& fx) {
  const auto request = pending.take(which);
  if (request.request) {
    auto where = where_kept();
    for (const auto& job : known)
      if (jobs.find_open(job.sequence) != nullptr)
        where.insert_or_assign(job.sequence, job);
    return answer(request.who, list_page(jobs, code, *request.request, where), fx);
  }
  const auto sequence = request.sequence;
  if (const auto* open = jobs.find_open(sequence)) {
    const auto place = std::find_if(known.begin(), known.end(), [sequence](const whereabouts& job) {
      return job.sequence == sequence;
    });
    return answer_status(request.who, *open, place == known.end() ? nullptr : &*place, fx);
  }
  if (jobs.find_finished(sequence) != nullptr)
    return look_up_finished(request.who, request.kind, request.streams, sequence, fx);
  refuse(request.who, request.kind, errc::not_found, sequence, not_found_text, fx);
}

// -- the end of patience
// ------------------------------------------------------------------------------

void ticket_ledger::state::on_timeout(ledger_pending::id which, ledger_effects& fx) {
  if (pending.awaits_location(which))
    return answer_where(which, {}, fx);
  const auto request = pending.take(which);
  if (request.request)
    return answer_wait_all(request.who, *request.request, fx);
  refuse(request.who, request.kind, errc::not_ready, request.sequence,
         "the job has not finished yet", fx);
}

void ticket_ledger::state::drop(const std::vector<ledger_pending::id>& requests) {
  for (const auto which : requests)
    pending.take(which);
}

} // namespace evenkeel::core
