#include "actors/core/executor_state.hpp"

#include <optional>
#include <utility>

namespace evenkeel::core {

// -- assignments
// ------------------------------------------------------------------------------------

void executor_queue::state::take(const assign_batch& message, instant now, executor_effects& fx) {
  std::vector<attempt_ref> added;
  for (const auto& job : message.jobs)
    if (assign(job, fx))
      added.push_back(job.what);
  start_ready(now, fx);
  // What started at once is on disk as started already.
  for (const auto& what : added)
    if (const auto* entry = table.find(what); entry && entry->state == attempt_state::queued)
      fx.put(entry->held, durability::written);
}

bool executor_queue::state::assign(const assignment& job, executor_effects& fx) {
  if (auto* known = table.find(job.what)) {
    if (known->state == attempt_state::finished)
      outbox.send(*known);
    return false;
  }
  if (auto answer = objection(job)) {
    outbox.release(answer->what, answer->reason, std::move(answer->text));
    return false;
  }
  if (!make_way(job.what, fx)) {
    outbox.release(job.what, release_reason::stopped);
    return false;
  }
  record::held_attempt held;
  held.what = job.what;
  held.attempt = job.attempt;
  held.alone = job.alone;
  held.order = next_order++;
  held.grant_process = job.grant.process;
  held.home_code = job.home_code;
  held.spec = job.spec;
  table.add(std::move(held), attempt_state::queued);
  return true;
}

std::optional<released_attempt> executor_queue::state::objection(const assignment& job) const {
  if (shut_down)
    return released_attempt{job.what, release_reason::recalled, "the node is stopping"};
  if (job.spec.once
      && (job.grant.process != settings.process || job.grant.granted != job.what.assigned))
    return released_attempt{job.what, release_reason::refused, "the start grant names another run"};
  if (!knows_function(job.spec)) {
    constexpr std::size_t shown = 100;
    return released_attempt{job.what, release_reason::refused,
                            "unknown function " + job.spec.text.substr(0, shown)};
  }
  return std::nullopt;
}

bool executor_queue::state::make_way(const attempt_ref& what, executor_effects& fx) {
  const auto others = table.attempts_of(what.job);
  if (!others.empty() && others.back().assigned > what.assigned)
    return false;
  for (const auto& other : others) {
    auto& entry = *table.find(other);
    switch (entry.state) {
    case attempt_state::queued:
      give_up(entry, release_reason::stopped, {}, fx);
      break;
    case attempt_state::running:
      stop(entry, fx);
      break;
    case attempt_state::interrupted:
      forget(entry, fx); // the proxy knows, or it would not assign the job again
      break;
    case attempt_state::stopping:
    case attempt_state::finished: // the home decides between results
      break;
    }
  }
  return true;
}

// -- the way back
// -----------------------------------------------------------------------------------

void executor_queue::state::take(const recall_batch& message, executor_effects& fx) {
  for (const auto& what : message.attempts) {
    auto* entry = table.find(what);
    // A granted start cannot go elsewhere (R3): better here than nowhere.
    if (entry && entry->state == attempt_state::queued && !entry->held.spec.once)
      give_up(*entry, release_reason::recalled, {}, fx);
    else if (entry && entry->state == attempt_state::running && live() > settings.slots)
      fx.emit(withdraw_job{what});
    else
      outbox.release(what, release_reason::kept);
  }
}

void executor_queue::state::take(const stop_batch& message, executor_effects& fx) {
  waits_for_word = false;
  for (const auto& what : message.attempts) {
    auto* entry = table.find(what);
    if (entry == nullptr)
      outbox.release(what, release_reason::stopped);
    else if (entry->live())
      stop(*entry, fx); // answered at its end
    else
      give_up(*entry, release_reason::stopped, {}, fx);
  }
}

// -- results
// ----------------------------------------------------------------------------------------

void executor_queue::state::take(const result_request& message) {
  for (const auto& what : message.attempts)
    if (auto* entry = table.find(what); entry && entry->state == attempt_state::finished)
      outbox.send(*entry);
}

void executor_queue::state::take(const result_ack& message, executor_effects& fx) {
  for (const auto& what : message.attempts) {
    auto* entry = table.find(what);
    if (entry == nullptr)
      continue;
    if (entry->live())
      stop(*entry, fx); // another attempt's result won
    else
      forget(*entry, fx);
  }
}

} // namespace evenkeel::core
