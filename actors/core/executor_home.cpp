// Calls that the ledger beside this executor wants to have run here.
#include "actors/core/executor_state.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::core {

namespace {

constexpr std::int64_t long_us = 30'000;
constexpr std::int64_t longest_wait_us = 100'000;

} // namespace

// -- those that are here
// --------------------------------------------------------------------------------

bool executor_home_calls::end(std::uint64_t number, std::int64_t took_us, job_result result) {
  if (taken_.erase(number) == 0)
    return false;
  ++done_;
  news_.ended.push_back({number, took_us, std::move(result)});
  return true;
}

void executor_home_calls::on_withdrawal(std::uint64_t number, bool withdrawn) {
  if (withdrawn && taken_.erase(number) != 0)
    decline(number);
}

std::vector<std::uint64_t> executor_home_calls::to_withdraw() {
  std::vector<std::uint64_t> numbers;
  for (auto& [number, call] : taken_)
    if (!std::exchange(call.asked_back, true))
      numbers.push_back(number);
  return numbers;
}

std::vector<std::uint64_t> executor_home_calls::to_withdraw(instant now) {
  std::vector<std::uint64_t> numbers;
  for (auto& [number, call] : taken_) {
    if (now.steady_us - call.since_us < longest_wait_us)
      break;
    if (!std::exchange(call.asked_back, true))
      numbers.push_back(number);
  }
  return numbers;
}

std::size_t executor_home_calls::count_long(instant now) const {
  std::size_t count = 0;
  for (const auto& [number, call] : taken_) {
    if (now.steady_us - call.since_us < long_us)
      break;
    ++count;
  }
  return count;
}

// -- whether they may be
// --------------------------------------------------------------------------------

/// What was assigned and waits takes turns with home calls if it is a call, else it comes first;
/// and every slot may be held by something long.
bool executor_queue::state::has_room(const home_call& call, instant now) {
  const auto* next = table.first_queued();
  const bool its_turn =
      next != nullptr && (next->held.spec.kind != job_kind::function || next->held.alone);
  if (shut_down || !knows_function(call.function) || its_turn || table.occupied())
    return false;
  const auto lasting = home_calls.count_long(now);
  if (table.live() + lasting < settings.slots)
    return true;
  const bool only_calls = table.live(job_kind::function) == table.live();
  const bool they_end_fast = ahead.at(index_of(job_kind::function)).depth(now) > 0;
  return lasting < settings.slots && only_calls && they_end_fast;
}

void executor_queue::on_home_calls(run_home_calls wanted, instant now, executor_effects& fx) {
  auto& s = *state_;
  for (auto& call : wanted.calls) {
    if (!s.has_room(call, now)) {
      s.home_calls.decline(call.number);
      continue;
    }
    s.home_calls.add(call.number, now);
    fx.emit_at_once(start_home_call{std::move(call)});
  }
}

void executor_queue::on_home_call_ended(std::uint64_t number, std::int64_t took_us, run_end end,
                                        instant now, executor_effects& fx) {
  auto& s = *state_;
  auto result = s.result_of(job_kind::function, std::move(end), now);
  result.attempt = 1;
  if (!s.home_calls.end(number, took_us, std::move(result)))
    return;
  s.start_ready(now, fx);
  s.outbox.pump(fx);
}

void executor_queue::on_home_call_withdrawal(std::uint64_t number, bool withdrawn, instant now,
                                             executor_effects& fx) {
  auto& s = *state_;
  s.home_calls.on_withdrawal(number, withdrawn);
  s.start_ready(now, fx);
  s.outbox.pump(fx);
}

void executor_queue::on_tick(instant now, executor_effects& fx) {
  for (const auto number : state_->home_calls.to_withdraw(now))
    fx.emit_at_once(withdraw_home_call{number});
}

std::uint64_t executor_queue::home_calls_done() const {
  return state_->home_calls.done();
}

std::uint32_t executor_queue::long_home_calls(instant now) const {
  const auto count = static_cast<std::uint32_t>(state_->home_calls.count_long(now));
  return std::min(count, state_->settings.slots);
}

} // namespace evenkeel::core
