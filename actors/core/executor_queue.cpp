#include "actors/core/executor_queue.hpp"

#include "actors/core/executor_state.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::core {

namespace {

/// What is still of use of a job that has started: nobody runs it again from here (R2).
job_spec without_texts(const job_spec& spec) {
  return {spec.kind, spec.once, spec.has_stdin, spec.sleep_ms, {}, {}};
}

outcome judge(job_kind kind, const run_end& end) {
  const auto is_process = kind == job_kind::command || kind == job_kind::script;
  const auto good = is_process ? end.exit_code == 0 && end.signal == 0 : end.succeeded;
  return good ? outcome::done : outcome::failed;
}

} // namespace

// -- an attempt's life
// --------------------------------------------------------------------------------

executor_queue::state::state(executor_settings with)
    : settings{std::move(with)}, outbox{table, settings.held_result_bytes} {
  std::sort(settings.functions.begin(), settings.functions.end());
  ahead.fill(start_ahead{settings.most_ahead});
}

bool executor_queue::state::knows_function(const job_spec& spec) const {
  return spec.kind != job_kind::function || knows_function(spec.text);
}

bool executor_queue::state::knows_function(const std::string& name) const {
  return std::binary_search(settings.functions.begin(), settings.functions.end(), name);
}

void executor_queue::state::start_ready(instant now, executor_effects& fx) {
  while (!shut_down && !waits_for_word && !table.occupied()) {
    auto* next = table.first_queued();
    if (next == nullptr || !has_room(*next, now))
      return;
    start(*next, fx);
  }
}

bool executor_queue::state::has_room(const attempt_entry& next, instant now) const {
  const auto& held = next.held;
  if (held.alone)
    return live() == 0;
  const auto kind = held.spec.kind;
  // Calls take turns with home calls, whose slots will soon be free.
  const auto holding =
      kind == job_kind::function ? table.live() + home_calls.count_long(now) : live();
  if (holding < settings.slots)
    return true;
  // Beside jobs of other kinds nobody can tell when a slot will be free.
  const bool may_be_ahead =
      kind != job_kind::sleep && !held.spec.once && table.live(kind) == holding;
  return may_be_ahead && holding < settings.slots + ahead.at(index_of(kind)).depth(now);
}

void executor_queue::state::start(attempt_entry& entry, executor_effects& fx) {
  auto& held = entry.held;
  held.started = true;
  table.enter(entry, attempt_state::running);
  auto stripped = without_texts(held.spec);
  auto spec = std::exchange(held.spec, std::move(stripped));
  fx.put(held, durability::written);
  fx.emit(start_job{held.what, held.attempt, held.home_code, std::move(spec)});
}

void executor_queue::state::ask_to_end(attempt_entry& entry, executor_effects& fx) {
  if (entry.held.asked)
    return;
  entry.held.asked = true;
  fx.put(entry.held, durability::written);
  fx.emit(stop_job{entry.held.what});
}

void executor_queue::state::stop(attempt_entry& entry, executor_effects& fx) {
  ask_to_end(entry, fx);
  table.enter(entry, attempt_state::stopping);
}

job_result executor_queue::state::result_of(job_kind kind, run_end end, instant now) const {
  job_result result;
  result.how = judge(kind, end);
  result.out_truncated = end.out_truncated;
  result.err_truncated = end.err_truncated;
  result.exit_code = end.exit_code;
  result.signal = end.signal;
  result.started_ms = end.started_ms;
  result.ended_ms = end.ended_ms != 0 ? end.ended_ms : now.wall_ms;
  result.node = settings.node;
  result.reason = std::move(end.reason);
  result.out = std::move(end.out);
  result.err = std::move(end.err);
  return result;
}

void executor_queue::state::finish(attempt_entry& entry, run_end end, instant now,
                                   executor_effects& fx) {
  auto& held = entry.held;
  held.result = result_of(held.spec.kind, std::move(end), now);
  held.result.attempt = held.attempt;
  held.result.assigned = held.what.assigned;
  held.finished = true;
  table.enter(entry, attempt_state::finished);
  held.spec = {};
  fx.put(held, durability::written);
  outbox.on_finished(entry, fx);
}

void executor_queue::state::forget(attempt_entry& entry, executor_effects& fx) {
  const auto what = entry.held.what;
  fx.erase(record_key(what));
  outbox.on_erase(entry);
  table.erase(what);
}

void executor_queue::state::give_up(attempt_entry& entry, release_reason reason, std::string text,
                                    executor_effects& fx) {
  outbox.release(entry.held.what, reason, std::move(text));
  forget(entry, fx);
}

// -- the public face
// ----------------------------------------------------------------------------------

executor_queue::executor_queue(executor_settings settings)
    : state_{std::make_unique<state>(std::move(settings))} {}

executor_queue::~executor_queue() = default;
executor_queue::executor_queue(executor_queue&&) noexcept = default;
executor_queue& executor_queue::operator=(executor_queue&&) noexcept = default;

void executor_queue::recover(const record::value& content) {
  auto& s = *state_;
  const auto* found = std::get_if<record::held_attempt>(&content);
  if (found == nullptr || s.table.find(found->what) != nullptr)
    return;
  s.next_order = std::max(s.next_order, found->order + 1);
  auto held = *found;
  if (held.finished) {
    executor_effects nothing; // without a link nothing is sent
    s.outbox.on_finished(s.table.add(std::move(held), attempt_state::finished), nothing);
    return;
  }
  const auto may_start = !held.started && s.knows_function(held.spec)
                         && (!held.spec.once || held.grant_process == s.settings.process);
  if (!may_start)
    held.spec = without_texts(held.spec);
  s.waits_for_word = s.waits_for_word || may_start;
  s.table.add(std::move(held), may_start ? attempt_state::queued : attempt_state::interrupted);
}

void executor_queue::on_link_up(std::uint64_t link, const cluster_settings& settings, instant,
                                executor_effects& fx) {
  state_->outbox.open(link, settings);
  state_->outbox.emit_inventory(fx);
  state_->outbox.pump(fx);
}

void executor_queue::on_link_down(instant, executor_effects&) {
  state_->outbox.close();
}

void executor_queue::on_message(const proxy_message& message, instant now, executor_effects& fx) {
  auto& s = *state_;
  if (!s.outbox.is_open())
    return;
  if (const auto* assigned = std::get_if<assign_batch>(&message))
    s.take(*assigned, now, fx);
  else if (const auto* recalled = std::get_if<recall_batch>(&message))
    s.take(*recalled, fx);
  else if (const auto* stopped = std::get_if<stop_batch>(&message))
    s.take(*stopped, fx);
  else if (const auto* wanted = std::get_if<result_request>(&message))
    s.take(*wanted);
  else if (const auto* exchange = std::get_if<result_exchange>(&message))
    s.take(exchange->wanted);
  else if (const auto* totals = std::get_if<result_taken>(&message))
    s.outbox.on_taken(*totals);
  else if (const auto* acknowledged = std::get_if<result_ack>(&message))
    s.take(*acknowledged, fx);
  else
    return;
  s.start_ready(now, fx);
  s.outbox.pump(fx);
}

void executor_queue::on_ended(const attempt_ref& what, run_end end, instant now,
                              executor_effects& fx) {
  auto& s = *state_;
  auto* entry = s.table.find(what);
  if (entry == nullptr || !entry->live())
    return;
  s.done += end.could_not_start ? 0 : 1;
  if (entry->state == attempt_state::stopping) {
    s.give_up(*entry, release_reason::stopped, {}, fx);
  } else if (s.shut_down) {
    // The release may never arrive: the record stays, and the next life reports it (R4).
    s.table.enter(*entry, attempt_state::interrupted);
    s.outbox.release(what, release_reason::interrupted, "the node is stopping");
  } else if (end.could_not_start) {
    s.give_up(*entry, release_reason::refused, std::move(end.reason), fx);
  } else {
    s.ahead.at(index_of(entry->held.spec.kind)).on_end(now);
    s.finish(*entry, std::move(end), now, fx);
  }
  s.start_ready(now, fx);
  s.outbox.pump(fx);
}

void executor_queue::on_withdrawal(const attempt_ref& what, bool withdrawn, instant now,
                                   executor_effects& fx) {
  auto& s = *state_;
  auto* entry = s.table.find(what);
  if (entry == nullptr || !entry->live())
    return;
  const bool stopping = entry->state == attempt_state::stopping;
  if (withdrawn)
    s.give_up(*entry, stopping ? release_reason::stopped : release_reason::recalled, {}, fx);
  else if (!stopping)
    s.outbox.release(what, release_reason::kept);
  s.start_ready(now, fx);
  s.outbox.pump(fx);
}

void executor_queue::on_loaded(const record::key& where, const record::value* content, instant,
                               executor_effects& fx) {
  auto& s = *state_;
  auto* entry = s.table.find({where.job, where.number});
  if (where.type != record::kind::held_attempt || entry == nullptr
      || s.outbox.on_loaded(*entry, content))
    return;
  fx.log(note::level::error, "a result is gone from the disk: its job has to run again");
  s.give_up(*entry, release_reason::interrupted, "its result was lost", fx);
  s.outbox.pump(fx);
}

void executor_queue::on_shutdown(instant, executor_effects& fx) {
  state_->shut_down = true;
  std::vector<attempt_ref> never_started;
  for (auto& [what, entry] : state_->table.all()) {
    if (entry.live())
      state_->ask_to_end(entry, fx);
    else if (entry.state == attempt_state::queued)
      never_started.push_back(what);
  }
  for (const auto& what : never_started) // others may run them at once
    state_->give_up(*state_->table.find(what), release_reason::recalled, {}, fx);
  for (const auto number : state_->home_calls.to_withdraw())
    fx.emit_at_once(withdraw_home_call{number});
}

void executor_queue::flush(instant, executor_effects& fx) {
  state_->outbox.flush(fx);
  if (auto news = state_->home_calls.take_news(); !news.empty())
    fx.emit_at_once(std::move(news)); // nothing that it says is on disk here
}

bool executor_queue::idle() const {
  return state_->live() == 0;
}

std::uint32_t executor_queue::running() const {
  return std::min(static_cast<std::uint32_t>(state_->live()), state_->settings.slots);
}

std::uint32_t executor_queue::queued() const {
  return static_cast<std::uint32_t>(state_->table.queued() + state_->live()) - running();
}

std::uint64_t executor_queue::held() const {
  return state_->table.all().size() + state_->home_calls.size();
}

std::uint64_t executor_queue::done() const {
  return state_->done;
}

std::string executor_queue::check_invariants() const {
  auto& s = *state_;
  if (s.table.live() > s.settings.slots + s.settings.most_ahead)
    return "more runs than there are slots";
  if (auto wrong = s.table.check(); !wrong.empty())
    return wrong;
  const auto* next = s.table.first_queued();
  const auto room = s.live() < s.settings.slots && !s.table.occupied();
  if (next && room && s.outbox.is_open() && !s.shut_down && !s.waits_for_word
      && (!next->held.alone || s.live() == 0))
    return "a slot idles while an attempt waits for it";
  return s.outbox.check();
}

} // namespace evenkeel::core
