#include "simulator/witness.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace evenkeel::simulator {

namespace {

constexpr std::uint64_t deaths_until_given_up = 3;

/// Of a finished job: what may never change, whoever tells it.
bool same_end(const job_view& a, const job_view& b) {
  return a.state == b.state && a.exit_code == b.exit_code && a.signal == b.signal
         && a.attempt == b.attempt && a.ended_ms == b.ended_ms && a.node == b.node
         && a.out_bytes == b.out_bytes && a.reason == b.reason;
}

} // namespace

std::string output_of_run(std::uint64_t number, std::size_t bytes) {
  auto text = "run " + std::to_string(number);
  if (text.size() < bytes)
    text.resize(bytes, ' ');
  return text;
}

std::uint64_t run_of_output(const std::string& out) {
  std::uint64_t number = 0;
  if (out.starts_with("run "))
    std::from_chars(out.data() + 4, out.data() + out.size(), number);
  return number;
}

void witness::breach(std::string what) {
  if (breach_.empty())
    breach_ = std::move(what);
}

// -- what happens
// -----------------------------------------------------------------------------------

std::uint64_t witness::run_started(const job_plan& plan, std::size_t node, const attempt_ref& what,
                                   bool disturbed, std::int64_t now_us, std::int64_t forgotten_us) {
  auto& before = runs_of_[plan.number];
  for (const auto earlier : before)
    if (const auto& before_this = run(earlier);
        !before_this.disturbed && !before_this.replaced && before_this.began_us >= forgotten_us
        && !(disturbed && what.assigned < before_this.what.assigned))
      breach("run again, and nothing had happened to run " + std::to_string(earlier) + " of job "
             + std::to_string(plan.number));
  if (plan.once && !before.empty())
    breach("a once job was started twice: job " + std::to_string(plan.number));
  runs_.push_back({plan.number, node, what, now_us, false, disturbed, false, false});
  before.push_back(runs_.size());
  return runs_.size();
}

// -- what clients see
// -------------------------------------------------------------------------------

void witness::submitted(const ticket& name, const job_plan& plan) {
  const auto [known, fresh] = promises_.try_emplace(name);
  if (!fresh)
    return breach("a ticket was given twice: " + to_text(name));
  known->second.plan = plan;
}

void witness::answered(const client_request& request, const client_answer& answer,
                       std::int64_t asked_us, std::int64_t now_us) {
  if (answer.code == errc::internal)
    return breach("an internal error: " + answer.text);
  if (request.kind == request_kind::submit)
    return;
  for (const auto& view : answer.jobs)
    if (const auto known = promises_.find(view.name); known != promises_.end())
      check_view(known->second, view, asked_us, now_us);
  const auto known = promises_.find(request.subject);
  if (known == promises_.end())
    return;
  auto& about = known->second;
  if (answer.code == errc::not_found && !about.forget_asked)
    return breach("an acknowledged ticket was not found: " + to_text(request.subject));
  if (answer.code == errc::not_ready && about.ended_before(asked_us) && !about.forget_asked)
    return breach("a finished job is not ready: " + to_text(request.subject));
  if (answer.code != errc::ok)
    return;
  if (request.kind == request_kind::cancel && about.ended_before(asked_us)
      && about.end->state != job_state::cancelled)
    return breach("a finished job was cancelled: " + to_text(request.subject));
  about.cancelled = about.cancelled || request.kind == request_kind::cancel;
  const bool gives_result =
      request.kind == request_kind::result || request.kind == request_kind::wait;
  if (gives_result && answer.jobs.empty())
    return breach("a result without a job: " + to_text(request.subject));
  if (gives_result && !answer.outputs.empty())
    check_output(about, answer.outputs.front());
}

void witness::check_view(promise& about, const job_view& view, std::int64_t asked_us,
                         std::int64_t now_us) {
  const auto name = to_text(view.name);
  if (view.once != about.plan.once)
    return breach("another job under the same ticket: " + name);
  if (!finished(view.state)) {
    if (about.ended_before(asked_us))
      breach("a finished job is " + std::string{to_text(view.state)} + " again: " + name);
    return;
  }
  if (about.end) {
    if (!same_end(*about.end, view))
      breach("a result has changed: " + name + " was " + std::string{to_text(about.end->state)}
             + " by attempt " + std::to_string(about.end->attempt) + " and is "
             + std::string{to_text(view.state)} + " by attempt " + std::to_string(view.attempt));
    return;
  }
  about.end = view;
  about.end_seen_us = now_us;
  check_end(about, view);
}

void witness::check_end(promise& about, const job_view& view) {
  const auto name = to_text(view.name);
  if (view.state == job_state::cancelled && !about.cancel_asked)
    return breach("cancelled, and nobody had asked for it: " + name);
  if (view.state != job_state::cancelled && about.cancelled)
    return breach("cancelled, and then " + std::string{to_text(view.state)} + ": " + name);
  if (view.state == job_state::lost && !about.plan.once)
    return breach("lost, and it was no once job: " + name);
  if (view.state == job_state::done && about.plan.exit_code != 0)
    return breach("done, and its exit code was not 0: " + name);
  if (view.state == job_state::failed && view.reason == "lost-executor")
    return check_loss(about, view);
  if (view.state == job_state::failed
      && (view.signal != 0 || view.exit_code != about.plan.exit_code || view.exit_code == 0))
    breach("failed in a way that it never did, exit " + std::to_string(view.exit_code) + ", signal "
           + std::to_string(view.signal) + ", reason \"" + view.reason + "\": " + name);
}

/// R14: given up only after three losses, and the last one was its own doing. What was sent to an
/// executor and never seen to start may have been lost with it.
void witness::check_loss(const promise& about, const job_view& view) {
  std::uint64_t losses = 0;
  const run_record* last = nullptr;
  std::set<fence> unseen;
  bool known = false; ///< what the proxy has sent of it: not at a run as a home call
  for (const auto number : runs_of_[about.plan.number]) {
    const auto& one = run(number);
    if (const auto sent = assigned_.find(one.what.job); sent != assigned_.end() && !known)
      unseen = sent->second;
    known = known || assigned_.contains(one.what.job);
    unseen.erase(one.what.assigned);
    losses += one.disturbed ? 1 : 0;
    if (last == nullptr || one.what.assigned > last->what.assigned)
      last = &one;
  }
  if (losses + unseen.size() < deaths_until_given_up)
    return breach("given up after " + std::to_string(losses) + " losses: " + to_text(view.name));
  const bool last_was_seen =
      last != nullptr && (unseen.empty() || last->what.assigned > *unseen.rbegin());
  if (!about.plan.poison && last_was_seen && last->company)
    breach("given up, and its last try did not run alone: " + to_text(view.name));
}

void witness::check_output(promise& about, const std::string& out) {
  if (about.out) {
    if (*about.out != out)
      breach("an output has changed: \"" + about.out->substr(0, 40) + "\" became \""
             + out.substr(0, 40) + "\"");
    return;
  }
  about.out = out;
  if (!about.end || (about.end->state != job_state::done && about.end->state != job_state::failed)
      || about.end->reason == "lost-executor")
    return;
  const auto number = run_of_output(out);
  if (number == 0 || number > runs_.size() || run(number).job != about.plan.number)
    return breach("the output of another job: \"" + out.substr(0, 40) + "\"");
  if (!run(number).completed)
    breach("the result of a run that did not end by itself: run " + std::to_string(number));
}

std::vector<ticket> witness::kept_tickets() const {
  std::vector<ticket> kept;
  for (const auto& [name, about] : promises_)
    if (!about.forget_asked)
      kept.push_back(name);
  return kept;
}

} // namespace evenkeel::simulator
