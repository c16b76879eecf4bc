#include "actors/node.hpp"

#include "actors/core/routing.hpp"
#include "actors/log.hpp"
#include "actors/question_desk.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace evenkeel {

namespace {

constexpr auto tick_period = std::chrono::milliseconds(50);
constexpr std::int64_t disk_check_us = 1'000'000;
constexpr commit_tag link_tag = 0;
constexpr commit_tag ledger_tag = 1;

template <class T>
auto from_link(node_state* state) {
  return [state](const link_header& header, T& content) {
    state->on_link_message(header, std::move(content));
  };
}

} // namespace

void node_state::start(pointer self, node_parts parts) {
  self_ = self;
  parts_ = std::move(parts);
  link_step_ = {parts_.store, link_tag};
  ledger_step_ = {parts_.store, ledger_tag};
  link_step_.fx() = std::exchange(parts_.link_fx, {});
  parts_.ledger->on_identity(parts_.link->ledger(), parts_.link->code());
  executor_ = parts_.spawn_executor(self_);
  questions_ = self_->spawn<caf::linked>(question_desk, node_service{self_}, parts_.log);
  self_->set_down_handler([this](const caf::down_msg& down) {
    if (proxy_ && down.source == proxy_.address()) {
      proxy_ = nullptr;
      tell_link([](auto& link, auto now, auto& fx) { link.on_disconnected(now, fx); });
    }
  });
  // CAF answers a message that nobody there understands with an error, which would end this actor.
  // To the link it is silence.
  self_->set_error_handler([](const caf::error&) {});
  run_link();
  self_->delayed_send(self_, tick_period, tick_atom::value);
}

// -- the link
// -----------------------------------------------------------------------------------------

void node_state::on_connected(const proxy_connected& news) {
  drop_proxy();
  proxy_ = news.proxy;
  self_->monitor(proxy_);
  tell_link([](auto& link, auto now, auto& fx) { link.on_connected(now, fx); });
}

void node_state::on_connect_failed(const connect_failed& news) {
  tell_link([&](auto& link, auto now, auto& fx) { link.on_connect_failed(news.why, now, fx); });
}

void node_state::drop_proxy() {
  if (proxy_)
    self_->demonitor(proxy_.address());
  proxy_ = nullptr;
}

void node_state::on_link_message(const link_header& header, proxy_message content) {
  tell_link([&](auto& link, auto now, auto& fx) {
    link.on_message(header, std::move(content), now, fx);
  });
}

void node_state::on_refusal(const refusal& content) {
  tell_link([&](auto& link, auto now, auto& fx) { link.on_refusal(content, now, fx); });
  open_or_close_intake();
}

void node_state::on_outgoing(std::vector<core::to_proxy>& messages) {
  for (auto& message : messages)
    parts_.link->on_outgoing(std::move(message), link_step_.fx());
  run_link();
}

void node_state::run_link() {
  for (auto outputs = link_step_.commit_and_take(self_); !outputs.empty();
       outputs = link_step_.commit_and_take(self_))
    for (auto& output : outputs)
      run_link_output(output);
}

void node_state::run_link_output(core::link_output& output) {
  std::visit(
      overloaded{
          [&](core::connect_now& x) { self_->send(parts_.connector, x); },
          [&](core::disconnect_now&) { drop_proxy(); },
          [&](core::send_join& x) {
            if (proxy_)
              self_->send(proxy_, std::move(x.content), node_actor{self_});
          },
          [&](core::send_link_message& x) {
            if (proxy_)
              std::visit([&](auto& y) { self_->send(proxy_, x.header, std::move(y)); }, x.content);
          },
          [&](core::link_up& x) {
            tell_ledger([&](auto& ledger, auto now, auto& fx) {
              ledger.on_identity(parts_.link->ledger(), x.code);
              ledger.on_link_up(x.link, x.settings, now, fx);
            });
            self_->send(executor_, x);
            self_->send(questions_, x);
            open_or_close_intake();
          },
          [&](core::link_down& x) {
            tell_ledger([](auto& ledger, auto now, auto& fx) { ledger.on_link_down(now, fx); });
            self_->send(executor_, x);
            self_->send(questions_, x);
          },
          [&](core::from_proxy& x) { route(x); },
          [&](core::note& x) { parts_.log.line(x); },
      },
      output);
}

void node_state::route(core::from_proxy& message) {
  const auto parts = core::parts_for(message.content);
  if (parts.ledger)
    tell_ledger(
        [&](auto& ledger, auto now, auto& fx) { ledger.on_message(message.content, now, fx); });
  if (parts.questions)
    self_->send(questions_, std::move(message));
  else if (parts.executor)
    self_->send(executor_, std::move(message));
}

/// Not behind any commit (R9): it carries the commit lag instead.
void node_state::report_load() {
  load_report report;
  const auto now = read_clock();
  if (!proxy_ || !parts_.link->report_due(now, report))
    return;
  const auto load = load_.value_or(load_numbers{});
  report.queued = load.queued;
  report.running = load.running;
  report.done = load.done;
  report.home_calls = load.home_calls;
  report.home_calls_done = load.home_calls_done;
  report.slots = parts_.slots;
  report.commit_lag_ms =
      std::max({ledger_step_.lag_ms(now), link_step_.lag_ms(now), load.commit_lag_ms});
  self_->send(proxy_, report);
}

void node_state::on_committed(const committed& news) {
  if (news.tag == link_tag) {
    link_step_.on_committed(news.number);
    run_link();
  } else {
    ledger_step_.on_committed(news.number);
    run_ledger();
    leave_when_done();
  }
}

// -- time and end
// -------------------------------------------------------------------------------------

void node_state::on_tick() {
  tell_link([](auto& link, auto now, auto& fx) { link.on_tick(now, fx); });
  tell_ledger([](auto& ledger, auto now, auto& fx) { ledger.on_tick(now, fx); });
  report_load();
  watch_disk();
  if (finishing_ && load_ && load_->held == 0)
    on_stop();
  if (std::exchange(helpers_tick_, !helpers_tick_)) {
    self_->send(executor_, tick_atom::value);
    self_->send(questions_, tick_atom::value);
  }
  self_->delayed_send(self_, tick_period, tick_atom::value);
}

/// Below the reserve, submissions are refused before anything fails (R13).
void node_state::watch_disk() {
  const auto now = read_clock().steady_us;
  if (stopping_ || now - disk_checked_us_ < disk_check_us)
    return;
  disk_checked_us_ = now;
  const bool low = parts_.free_disk_bytes() < parts_.disk_reserve_bytes;
  if (low == std::exchange(disk_is_low_, low))
    return;
  parts_.log.line(low ? core::note::level::error : core::note::level::info,
                  low ? "the disk is nearly full: submissions are refused"
                      : "the disk has room again: submissions are taken");
  open_or_close_intake();
}

void node_state::open_or_close_intake() {
  if (stopping_ || finishing_)
    parts_.ledger->refuse_submissions(errc::unavailable, "this node is stopping");
  else if (parts_.link->disowned())
    parts_.ledger->refuse_submissions(
        errc::unavailable,
        "the proxy refuses this node: its data directory was copied or restored");
  else if (parts_.link->code().empty() && !parts_.link->refusal_text().empty())
    parts_.ledger->refuse_submissions(errc::unavailable, "the proxy refuses this node: "
                                                             + parts_.link->refusal_text());
  else if (disk_is_low_)
    parts_.ledger->refuse_submissions(errc::busy, "the disk of this node is nearly full");
  else
    parts_.ledger->accept_submissions();
}

void node_state::on_stop() {
  if (std::exchange(stopping_, true))
    return;
  open_or_close_intake();
  tell_ledger([](auto& ledger, auto, auto& fx) { ledger.on_stop(fx); });
  self_->send(questions_, stop_atom::value);
  tell_link([](auto& link, auto, auto& fx) { link.on_drain(fx); });
  self_->send(executor_, stop_atom::value);
}

/// It gets no more work and takes no more; the rest is a clean stop (on_tick).
void node_state::on_finish() {
  if (stopping_ || std::exchange(finishing_, true))
    return;
  open_or_close_intake();
  tell_link([](auto& link, auto, auto& fx) { link.on_drain(fx); });
}

/// Its last words, to the proxy and to the ledger, are behind us in the mailbox order.
void node_state::on_executor_stopped() {
  executor_stopped_ = true;
  leave_when_done();
}

/// Once all is written that the ledger has heard, the link may end.
void node_state::leave_when_done() {
  if (!executor_stopped_ || ledger_step_.pending() || flush_scheduled_
      || std::exchange(left_, true))
    return;
  tell_link([](auto& link, auto now, auto& fx) { link.on_shutdown(now, fx); });
  parts_.on_stopped();
}

node_service::behavior_type node(node_state::pointer self, node_parts parts) {
  auto* state = &self->state;
  state->start(self, std::move(parts));
  return {
      [state](const welcome& content) {
        state->tell_link(
            [&](auto& link, auto now, auto& fx) { link.on_welcome(content, now, fx); });
      },
      [state](const refusal& content) { state->on_refusal(content); },
      [state](const heartbeat& content) {
        state->tell_link(
            [&](auto& link, auto now, auto& fx) { link.on_heartbeat(content, now, fx); });
      },
      from_link<spec_request>(state),
      from_link<submit_ack>(state),
      from_link<assign_batch>(state),
      from_link<recall_batch>(state),
      from_link<stop_batch>(state),
      from_link<lost_attempt_batch>(state),
      from_link<grant_request>(state),
      from_link<result_batch>(state),
      from_link<result_request>(state),
      from_link<result_exchange>(state),
      from_link<result_taken>(state),
      from_link<result_ack>(state),
      from_link<located>(state),
      from_link<query>(state),
      from_link<answer>(state),
      from_link<abandon>(state),
      from_link<text_part>(state),
      [state](const committed& news) { state->on_committed(news); },
      [state](const loaded& answer) { state->on_loaded(answer); },
      [state](std::vector<session_requests>& incoming) {
        for (auto& requests : incoming)
          state->on_requests(requests);
      },
      [state](const session_closed& gone) { state->on_session_closed(gone); },
      [state](std::vector<core::to_proxy>& messages) { state->on_outgoing(messages); },
      [state](std::vector<core::reply>& replies) { state->on_replies(replies); },
      [state](const load_numbers& numbers) { state->on_load(numbers); },
      [state](core::home_call_news& news) {
        state->tell_ledger([&](auto& ledger, auto now, auto& fx) {
          ledger.on_home_calls(std::move(news), now, fx);
        });
      },
      [state](const proxy_connected& news) { state->on_connected(news); },
      [state](const connect_failed& news) { state->on_connect_failed(news); },
      [state](tick_atom) { state->on_tick(); },
      [state](flush_atom) { state->flush(); },
      [state](stop_atom) { state->on_stop(); },
      [state](finish_atom) { state->on_finish(); },
      [state](done_atom) { state->on_executor_stopped(); },
  };
}

} // namespace evenkeel
