#include "actors/core/ticket_ledger.hpp"

#include "actors/core/ledger_state.hpp"

#include <utility>
#include <variant>

namespace evenkeel::core {

ticket_ledger::ticket_ledger(ledger_limits limits, const own_executor& here)
    : state_{std::make_unique<state>(limits, here)} {}
ticket_ledger::~ticket_ledger() = default;
ticket_ledger::ticket_ledger(ticket_ledger&&) noexcept = default;
ticket_ledger& ticket_ledger::operator=(ticket_ledger&&) noexcept = default;

// -- start-up
// -----------------------------------------------------------------------------------------

void ticket_ledger::recover(const record::value& content) {
  state_->jobs.recover(content);
  state_->submission.recovered(state_->jobs);
}

void ticket_ledger::on_identity(const ledger_id& ledger, const std::string& code) {
  state_->ledger = ledger;
  state_->code = code;
}

// -- the link to the proxy
// ----------------------------------------------------------------------------

void ticket_ledger::on_link_up(std::uint64_t link, const cluster_settings& settings, instant now,
                               ledger_effects& fx) {
  if (state_->link)
    on_link_down(now, fx);
  state_->link = link;
  state_->home_calls.open(settings.home_call_us);
  state_->audits.restart(now, state_->limits.audit_period_ms);
  state_->tell_counts(fx);
  for (auto& chunk : state_->submission.on_link_up(settings, state_->jobs, now))
    fx.emit(to_proxy{link, std::move(chunk)});
}

void ticket_ledger::on_link_down(instant /*now*/, ledger_effects& fx) {
  state_->link.reset();
  state_->home_calls.close();
  state_->outbox = {};
  state_->drop(state_->pending.of_remotes());
  for (const auto which : state_->pending.awaiting_location())
    state_->answer_where(which, {}, fx);
}

void ticket_ledger::on_message(const proxy_message& message, instant now, ledger_effects& fx) {
  if (!state_->link)
    return;
  std::visit(
      [&](const auto& content) {
        if constexpr (requires { state_->take(content, now, fx); })
          state_->take(content, now, fx);
      },
      message);
}

void ticket_ledger::flush(instant now, ledger_effects& fx) {
  if (auto calls = state_->home_calls.collect(); !calls.empty())
    fx.emit_at_once(run_home_calls{std::move(calls)});
  if (!state_->link)
    return;
  for (auto& message : state_->outbox.drain())
    fx.emit(to_proxy{*state_->link, std::move(message)});
  for (auto& batch : state_->submission.collect(state_->jobs, now))
    fx.emit(to_proxy{*state_->link, std::move(batch)});
}

// -- clients
// ------------------------------------------------------------------------------------------

void ticket_ledger::on_request(const requester& from, client_request request, instant now,
                               ledger_effects& fx) {
  state_->on_request(from, request, now, fx);
}

void ticket_ledger::on_session_closed(std::uint64_t session) {
  state_->drop(state_->pending.of_session(session));
}

void ticket_ledger::refuse_submissions(errc code, std::string why) {
  state_->refusal = code;
  state_->refusal_text = std::move(why);
}

void ticket_ledger::accept_submissions() {
  refuse_submissions(errc::ok, {});
}

void ticket_ledger::on_stop(ledger_effects& fx) {
  state_->stopping = true;
  for (const auto which : state_->pending.own_waits()) {
    const auto request = state_->pending.take(which);
    state_->refuse(request.who, request.kind, errc::unavailable, request.sequence, stopping_text,
                   fx);
  }
}

// -- the executor here
// ------------------------------------------------------------------------------

void ticket_ledger::on_home_calls(home_call_news news, instant now, ledger_effects& fx) {
  for (auto& end : news.ended)
    state_->on_home_call_end(end, now, fx);
  for (const auto number : news.declined)
    state_->on_home_call_declined(number, now, fx);
}

// -- the store and the clock
// --------------------------------------------------------------------------

void ticket_ledger::on_loaded(const record::key& where, const record::value* content,
                              instant /*now*/, ledger_effects& fx) {
  state_->on_loaded(where, content, fx);
}

void ticket_ledger::on_tick(instant now, ledger_effects& fx) {
  for (const auto which : state_->pending.due(now.steady_us))
    state_->on_timeout(which, fx);
  state_->keep_late_home_calls(now, fx);
  for (const auto sequence :
       state_->retention.expired(state_->jobs, now.wall_ms, state_->limits.retention_ms))
    state_->forget(sequence, durability::written, fx);
  if (!state_->link || !state_->audits.due(now))
    return;
  auto old =
      state_->audits.round(state_->jobs, state_->submission, now, state_->limits.audit_period_ms);
  if (!old.empty())
    fx.emit(to_proxy{*state_->link, audit{std::move(old)}});
}

// -- for NODES, tests and the simulator
// ---------------------------------------------------------------

std::uint64_t ticket_ledger::open_jobs() const {
  return state_->jobs.open().size();
}

std::uint64_t ticket_ledger::finished_jobs() const {
  return state_->jobs.finished().size();
}

const std::string& ticket_ledger::code() const {
  return state_->code;
}

std::string ticket_ledger::check_invariants() const {
  for (auto problem : {state_->jobs.check(), state_->cache.check(), state_->pending.check(),
                       state_->submission.check(), state_->home_calls.check()})
    if (!problem.empty())
      return problem;
  if (state_->submission.next_fresh() > state_->jobs.next_sequence())
    return "a job was sent that was never issued";
  return {};
}

} // namespace evenkeel::core
