#include "actors/executor.hpp"

#include "actors/jobs/orphans.hpp"
#include "actors/jobs/sleep_job.hpp"
#include "actors/log.hpp"
#include "messages/ticket.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

namespace evenkeel {

namespace {

constexpr std::size_t max_runners = 1000; ///< threads; further functions wait for one of them

core::run_end end_of_command(jobs::command_end&& end, std::int64_t started_ms) {
  core::run_end result;
  result.could_not_start = end.could_not_start;
  result.exit_code = end.exit_code;
  result.signal = end.signal;
  result.started_ms = started_ms;
  result.out_truncated = end.out_truncated;
  result.err_truncated = end.err_truncated;
  result.out = std::move(end.out);
  result.err = std::move(end.err);
  result.reason = end.error.empty() ? std::move(end.limit) : std::move(end.error);
  return result;
}

} // namespace

void executor_state::start(pointer self, executor_parts parts) {
  self_ = self;
  parts_ = std::move(parts);
  step_ = {parts_.store, 0};
  jobs::launcher_settings settings;
  settings.confinement = parts_.confinement;
  const executor_actor me{self_};
  launcher_ = std::make_unique<jobs::launcher_pool>(
      [me](jobs::process_event event) { // on a launcher's thread: messages only
        if (auto* end = std::get_if<jobs::command_end>(&event))
          caf::anon_send(me, std::move(*end));
      },
      settings);
}

void executor_state::schedule_flush() {
  if (flush_scheduled_)
    return;
  using decision = core::input_hold::decision;
  switch (hold_.on_input(waiting_commands() <= parts_.slots)) {
  case decision::flush:
    flush_scheduled_ = true;
    return self_->send(self_, flush_atom::value); // behind everything that waits in the mailbox now
  case decision::timer:
    return self_->delayed_send(self_, core::input_hold::longest, flush_atom::value);
  case decision::hold:
    return;
  }
}

void executor_state::flush() {
  flush_scheduled_ = false;
  hold_.on_flush();
  parts_.queue->flush(read_clock(), step_.fx());
  run_outputs();
}

void executor_state::on_committed(const committed& news) {
  step_.on_committed(news.number);
  run_outputs();
}

void executor_state::run_outputs() {
  std::vector<core::to_proxy> outgoing;
  for (auto& output : step_.commit_and_take(self_))
    std::visit(overloaded{
                   [&](core::to_proxy& x) { outgoing.push_back(std::move(x)); },
                   [&](core::start_job& x) { start_job(x); },
                   [&](core::stop_job& x) { stop_job(x.what); },
                   [&](core::withdraw_job& x) { withdraw_job(x.what); },
                   [&](core::start_home_call& x) { start_home_call(x.call); },
                   [&](core::withdraw_home_call& x) { withdraw_home_call(x.number); },
                   [&](core::home_call_news& x) { self_->send(parts_.node, std::move(x)); },
                   [&](core::load_record& x) {
                     self_->send(parts_.store, load{self_, step_.tag(), x.where});
                   },
                   [&](core::note& x) { parts_.log.line(x); },
               },
               output);
  if (demand_.any()) { // a runner that turns out to be busy for long is no help: see on_tick
    const bool others_run = !runs_.empty() || parts_.queue->long_home_calls(read_clock()) > 0;
    wake_runners(demand_.take(busy_runners_, others_run));
  }
  if (!outgoing.empty())
    self_->send(parts_.node, std::move(outgoing));
  if (stopping_ && parts_.queue->idle() && !step_.pending() && !flush_scheduled_ && !hold_.holds())
    self_->send(parts_.node, done_atom::value); // behind the last words about its jobs
}

void executor_state::start_job(core::start_job& order) {
  auto& mine = runs_[order.what];
  mine = {};
  mine.kind = order.spec.kind;
  mine.sleep_ms = order.spec.sleep_ms;
  mine.started_ms = read_clock().wall_ms;
  mine.ticket = to_text(ticket{order.home_code, order.what.job.sequence});
  if (debug_is_on())
    parts_.log.line(core::note::level::debug,
                    "job " + mine.ticket + " starts, attempt " + std::to_string(order.attempt));
  switch (order.spec.kind) {
  case job_kind::command:
  case job_kind::script:
    waiting_.push_back(std::move(order));
    return start_commands();
  case job_kind::function:
    return start_function(order);
  case job_kind::sleep:
    ++other_runs_;
    runs_.at(order.what).holds_slot = true;
    self_->delayed_send(self_, std::chrono::milliseconds(order.spec.sleep_ms),
                        job_ended{order.what, {}});
    return;
  }
}

bool executor_state::has_free_slot() const {
  return busy_runners_ + other_runs_ < parts_.slots;
}

/// More may wait than there are slots: some were started ahead.
void executor_state::start_commands() {
  const auto first_waiting = [this]() -> std::optional<jobs::command_request> {
    if (waiting_.empty())
      return std::nullopt;
    auto request = request_for(waiting_.front());
    waiting_.pop_front();
    return request;
  };
  while (has_free_slot()) {
    auto next = launcher_->take_waiting();
    if (next)
      places_.on_left_line();
    else
      next = first_waiting();
    if (!next)
      break;
    start_command(std::move(*next));
  }
  while (places_.wants_in_line()) {
    auto next = first_waiting();
    if (!next)
      break;
    launcher_->start_in_place(std::move(*next));
    places_.on_lined_up();
  }
  // A runner whose slot a command waits for takes no more home calls.
  const bool hold = waiting_commands() > 0 && busy_runners_ > 0;
  if (hold != std::exchange(runners_held_, hold))
    calls_->hold(hold);
}

jobs::command_request executor_state::request_for(core::start_job& order) {
  auto& mine = runs_.at(order.what);
  mine.token = next_token_++;
  commands_[mine.token] = order.what;
  jobs::command_request request;
  request.token = mine.token;
  request.is_script = order.spec.kind == job_kind::script;
  request.has_stdin = order.spec.has_stdin;
  request.capture_limit = parts_.capture_limit;
  request.environment = {{std::string(jobs::ledger_variable), parts_.ledger},
                         {"EVENKEEL_TICKET", mine.ticket},
                         {"EVENKEEL_ATTEMPT", std::to_string(order.attempt)},
                         {"EVENKEEL_NODE", parts_.node_name}};
  request.shell_command = std::move(order.spec.text);
  request.body = std::move(order.spec.body);
  return request;
}

void executor_state::begin_run(std::uint64_t token) {
  auto& mine = runs_.at(commands_.at(token));
  mine.holds_slot = true;
  mine.started_ms = read_clock().wall_ms;
  ++other_runs_;
  places_.on_start();
}

void executor_state::start_command(jobs::command_request request) {
  const auto token = request.token;
  begin_run(token);
  if (launcher_->start(std::move(request)) == jobs::start_result::accepted)
    return;
  jobs::command_end refused;
  refused.token = token;
  refused.could_not_start = true;
  refused.error = "the launcher of this node is full";
  self_->send(self_, std::move(refused));
}

void executor_state::start_function(core::start_job& order) {
  calls_->push({order.what, parts_.functions->find(order.spec.text), std::move(order.spec.body)});
  wake_all_runners();
}

/// The runner that was busy last is the first to be used again: its thread is still warm.
void executor_state::wake_runners(std::size_t most) {
  const auto others = other_runs_ + waiting_commands();
  for (; most > 0 && busy_runners_ + others < parts_.slots && busy_runners_ < max_runners; --most) {
    if (idle_runners_.empty())
      idle_runners_.push_back(parts_.spawn_runner());
    self_->send(idle_runners_.back(), run_calls{self_, calls_});
    idle_runners_.pop_back();
    ++busy_runners_;
  }
}

void executor_state::use_free_slots() {
  start_commands();
  wake_all_runners();
}

/// True: it was started ahead of a free slot, and will not run.
bool executor_state::take_back(const attempt_ref& what) {
  const auto waits = [&what](const core::start_job& order) { return order.what == what; };
  if (std::erase_if(waiting_, waits) != 0 || calls_->withdraw(what))
    return true;
  const auto found = runs_.find(what);
  const auto token = found == runs_.end() ? 0 : found->second.token;
  if (token == 0 || !launcher_->withdraw(token))
    return false;
  places_.on_left_line();
  commands_.erase(token);
  return true;
}

void executor_state::on_calls_ended() {
  for (auto& end : calls_->collect())
    if (core::is_home_call(end.what))
      on_home_call_ended(end);
    else
      on_ended(end);
}

void executor_state::on_runner_idle(const runner_idle& news) {
  --busy_runners_;
  idle_runners_.push_back(news.who);
  use_free_slots();
}

void executor_state::stop_job(const attempt_ref& what) {
  const auto found = runs_.find(what);
  if (found == runs_.end())
    return;
  const auto& mine = found->second;
  const bool is_process = mine.kind == job_kind::command || mine.kind == job_kind::script;
  if (take_back(what) || mine.kind == job_kind::sleep) {
    core::run_end end;
    end.succeeded = false;
    end.signal = SIGTERM;
    self_->send(self_, job_ended{what, std::move(end)});
  } else if (is_process) {
    launcher_->stop(mine.token);
  } // a function that has begun cannot be stopped: its slot is free when it returns
}

void executor_state::withdraw_job(const attempt_ref& what) {
  const bool withdrawn = take_back(what);
  if (withdrawn)
    runs_.erase(what);
  tell([&](auto& queue, auto now, auto& fx) { queue.on_withdrawal(what, withdrawn, now, fx); });
}

void executor_state::start_home_call(core::home_call& call) {
  calls_->push({core::home_call_ref(call.number), parts_.functions->find(call.function),
                std::move(call.arguments)});
  demand_.on_call(call.expected_us);
}

void executor_state::withdraw_home_call(std::uint64_t number) {
  const bool withdrawn = take_back(core::home_call_ref(number));
  tell([&](auto& queue, auto now, auto& fx) {
    queue.on_home_call_withdrawal(number, withdrawn, now, fx);
  });
}

void executor_state::on_home_call_ended(job_ended& news) {
  tell([&](auto& queue, auto now, auto& fx) {
    queue.on_home_call_ended(news.what.job.sequence, news.took_us, std::move(news.end), now, fx);
  });
}

void executor_state::on_command_end(jobs::command_end& end) {
  const auto found = commands_.find(end.token);
  if (found == commands_.end())
    return;
  job_ended news{found->second, {}};
  commands_.erase(found);
  places_.on_end();
  if (end.successor != 0) {
    places_.on_left_line();
    begin_run(end.successor);
  }
  news.end = end_of_command(std::move(end), runs_.at(news.what).started_ms);
  on_ended(news);
}

void executor_state::on_ended(job_ended& news) {
  const auto found = runs_.find(news.what);
  if (found == runs_.end())
    return; // the timer of a sleep that was stopped
  if (debug_is_on())
    parts_.log.line(core::note::level::debug,
                    "job " + found->second.ticket + " has ended"
                        + (news.end.signal != 0
                               ? " by signal " + std::to_string(news.end.signal)
                               : " with exit " + std::to_string(news.end.exit_code)));
  const auto now = read_clock();
  const bool is_call = found->second.kind == job_kind::function;
  if (!is_call || news.end.started_ms == 0)
    news.end.started_ms = found->second.started_ms;
  if (found->second.kind == job_kind::sleep && news.end.succeeded)
    news.end.out = jobs::sleep_result_text(found->second.ticket, found->second.sleep_ms,
                                           news.end.started_ms, now.wall_ms);
  other_runs_ -= found->second.holds_slot ? 1 : 0;
  runs_.erase(found);
  use_free_slots();
  tell([&](auto& queue, auto when, auto& fx) {
    queue.on_ended(news.what, std::move(news.end), when, fx);
  });
}

void executor_state::on_stop() {
  stopping_ = true;
  tell([](auto& queue, auto now, auto& fx) { queue.on_shutdown(now, fx); });
}

void executor_state::on_tick() {
  const auto now = read_clock();
  const auto& queue = *parts_.queue;
  const load_numbers numbers{queue.queued(),         queue.running(),   queue.done(),
                             queue.held(),           step_.lag_ms(now), queue.long_home_calls(now),
                             queue.home_calls_done()};
  if (numbers != reported_) {
    reported_ = numbers;
    self_->send(parts_.node, numbers);
  }
  wake_all_runners();
  parts_.queue->on_tick(now, step_.fx());
  if (!step_.fx().empty())
    schedule_flush();
}

executor_actor::behavior_type executor(executor_state::pointer self, executor_parts parts) {
  auto* state = &self->state;
  state->start(self, std::move(parts));
  return {
      [state](const core::link_up& up) {
        state->tell([&](auto& queue, auto now, auto& fx) {
          queue.on_link_up(up.link, up.settings, now, fx);
        });
      },
      [state](const core::link_down&) {
        state->tell([](auto& queue, auto now, auto& fx) { queue.on_link_down(now, fx); });
      },
      [state](const core::from_proxy& message) {
        state->tell(
            [&](auto& queue, auto now, auto& fx) { queue.on_message(message.content, now, fx); });
      },
      [state](core::run_home_calls& wanted) {
        state->tell([&](auto& queue, auto now, auto& fx) {
          queue.on_home_calls(std::move(wanted), now, fx);
        });
      },
      [state](const committed& news) { state->on_committed(news); },
      [state](const loaded& answer) {
        state->tell([&](auto& queue, auto now, auto& fx) {
          queue.on_loaded(answer.where, answer.content.get(), now, fx);
        });
      },
      [state](job_ended& news) { state->on_ended(news); },
      [state](calls_ended) { state->on_calls_ended(); },
      [state](const runner_idle& news) { state->on_runner_idle(news); },
      [state](jobs::command_end& end) { state->on_command_end(end); },
      [state](tick_atom) { state->on_tick(); },
      [state](flush_atom) { state->flush(); },
      [state](stop_atom) { state->on_stop(); },
  };
}

} // namespace evenkeel
