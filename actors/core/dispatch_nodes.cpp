// Nodes coming and going: suspicion, graces, clean leaves, and what a placement is.
#include "actors/core/dispatch_state.hpp"

#include <algorithm>
#include <limits>

namespace evenkeel::core {

void dispatch_queue::state::place(node_entry& node, const job_id& id, job_entry& job,
                                  const fence& at, std::uint32_t attempt, instant now) {
  take_out(id, job);
  const auto bytes = job.spec ? static_cast<std::uint32_t>(job.spec.size()) : 0U;
  auto& placed = node.executor.load[at];
  placed.id = id;
  // What another life of the proxy assigned, or what waits behind others there, started who knows
  // when.
  const bool starts_now =
      at.epoch == current.counter && node.executor.load.size() <= node.slots_for_load();
  placed.since_ms = starts_now ? now.wall_ms : 0;
  placed.attempt = attempt;
  placed.bytes = bytes;
  placed.alone = suspected(job);
  node.executor.alone += placed.alone ? 1 : 0;
  alone_placed += placed.alone ? 1 : 0;
  node.executor.prefetch_bytes += bytes;
  job.executor = node.ledger;
  job.current = at;
  set_phase(id, job, job_phase::assigned);
  refresh(node);
}

std::optional<placement_entry> dispatch_queue::state::unplace(node_entry& node, const fence& at) {
  const auto found = node.executor.load.find(at);
  if (found == node.executor.load.end())
    return std::nullopt;
  auto placed = found->second;
  node.executor.recalls -= placed.recalling ? 1 : 0;
  recalls -= placed.recalling ? 1 : 0;
  node.executor.alone -= placed.alone ? 1 : 0;
  alone_placed -= placed.alone ? 1 : 0;
  node.executor.prefetch_bytes -= placed.bytes;
  node.executor.load.erase(found);
  refresh(node);
  return placed;
}

bool dispatch_queue::state::presumably_running(const node_entry& node, const fence& at) {
  std::uint32_t older = 0;
  for (const auto& [number, placed] : node.executor.load) {
    if (number == at)
      return !placed.reserved && older < node.slots_for_load();
    if (++older >= node.slots_for_load())
      return false;
  }
  return false;
}

/// Executors that offer the same functions are of one kind; there are few.
std::uint32_t dispatch_queue::state::kind_of(const std::vector<std::string>& functions) {
  std::set<std::string> offered(functions.begin(), functions.end());
  auto known = std::find(kinds.begin(), kinds.end(), offered);
  if (known == kinds.end())
    known = kinds.insert(kinds.end(), std::move(offered));
  return static_cast<std::uint32_t>(known - kinds.begin());
}

void dispatch_queue::state::on_up(const node_up& up, instant now, dispatch_effects& fx) {
  auto& node = node_of(up.ledger);
  if (node.live)
    on_down({up.ledger, node.link, false}, now, fx);
  node.link = up.link;
  node.live = true;
  node.draining = false;
  node.given_up = false;
  if (node.process != up.process)
    node.executor.home_calls_counted.reset();
  node.process = up.process;
  node.slots = up.slots;
  node.code = up.code;
  node.name = up.name;
  node.address = up.address;
  node.kind = kind_of(up.functions);
  node.out = {};
  node.home.reported = false;
  node.home.named.clear();
  node.home.taken_jobs = 0;
  node.home.taken_bytes = 0;
  node.home.credit_withheld = false;
  node.executor.reported = false;
  node.executor.named.clear();
  refresh(node);
}

/// What its ledger runs there without asking: long ones take slots, and all of them count.
void dispatch_queue::state::on_home_calls(node_entry& node, const load_report& report,
                                          instant now) {
  auto& x = node.executor;
  const auto known = x.home_calls_counted.value_or(report.home_calls_done);
  const auto fresh = report.home_calls_done - std::min(report.home_calls_done, known);
  x.home_calls_counted = report.home_calls_done;
  x.home_calls_done += fresh;
  submissions_seen += fresh;
  results_seen += fresh;
  if (x.home_calls == report.home_calls)
    return;
  account(now);
  x.home_calls = report.home_calls;
  refresh(node);
}

/// It gets no more work on this link, and gives back what has not started.
void dispatch_queue::state::on_drain(node_entry& node) {
  node.draining = true;
  refresh(node);
  recall_from(node, std::numeric_limits<std::uint64_t>::max(), false);
}

void dispatch_queue::state::on_down(const node_down& down, instant now, dispatch_effects& fx) {
  auto& node = node_of(down.ledger);
  if (!node.live || node.link != down.link)
    return;
  node.live = false;
  node.given_up = false;
  node.down_since_us = now.steady_us;
  node.out = {};
  node.home.reported = false;
  node.home.lacking.clear();
  node.executor.reported = false;
  node.executor.home_calls = 0;
  recalls -= node.executor.recalls;
  node.executor.recalls = 0;
  for (auto& [at, placed] : node.executor.load) {
    placed.recalling = false;
    placed.started = false;
  }
  refresh(node);
  for (const auto sequence : std::exchange(node.home.granting, {})) { // no grants will come (R3)
    const job_id id{node.ledger, sequence};
    auto& job = node.home.jobs.at(sequence);
    unreserve(job);
    park(key_of(id, job), job);
  }
  release_held_of(node);
  node.left = down.clean;
  if (down.clean)
    leave_cleanly(node, fx);
}

/// It has stopped its jobs itself (R4): they run elsewhere at once, and no death is counted.
void dispatch_queue::state::leave_cleanly(node_entry& node, dispatch_effects& fx) {
  while (!node.executor.load.empty()) {
    const auto at = node.executor.load.begin()->first;
    const auto placed = *unplace(node, at);
    auto* job = find(placed.id);
    if (job != nullptr && job->current == at && job->phase == job_phase::assigned)
      lose(placed.id, *job, node.name, at, placed.attempt, false, fx);
  }
}

/// Its grace is over: what it ran is assigned anew.
void dispatch_queue::state::give_up(node_entry& node, dispatch_effects& fx) {
  node.given_up = true;
  std::uint32_t rank = 0;
  while (!node.executor.load.empty()) {
    const auto at = node.executor.load.begin()->first;
    const auto placed = *unplace(node, at);
    const bool death = !placed.reserved && rank++ < node.slots;
    auto* job = find(placed.id);
    if (job == nullptr || job->current != at)
      continue;
    if (job->phase == job_phase::assigned) // granting: its home will say to whom it gave the grant
      lose(placed.id, *job, node.name, at, placed.attempt, death, fx);
  }
  fx.emit(executor_given_up{node.ledger});
}

void dispatch_queue::state::mark_ended(const job_id& id, job_entry& job, const attempt_ref& by) {
  if (job.phase == job_phase::ended) {
    if (job.current == by.assigned)
      job.current = {};
    return;
  }
  take_out(id, job);
  if (job.current == by.assigned)
    job.current = {};
  else
    unreserve(job);
  // another current attempt runs on until the home has taken this result
  set_phase(id, job, job_phase::ended);
}

void dispatch_queue::state::on_release(node_entry& node, const release_batch& batch, instant now,
                                       dispatch_effects& fx) {
  for (const auto& item : batch.attempts) {
    if (item.reason == release_reason::kept) {
      const auto found = node.executor.load.find(item.what.assigned);
      if (found != node.executor.load.end() && found->second.recalling) {
        found->second.recalling = false;
        found->second.started = true;
        --node.executor.recalls;
        --recalls;
      }
      continue;
    }
    const auto placed = unplace(node, item.what.assigned);
    if (placed)
      released(node, item, *placed, now, fx);
  }
}

void dispatch_queue::state::released(node_entry& node, const released_attempt& item,
                                     placement_entry placed, instant now, dispatch_effects& fx) {
  auto* job = find(placed.id);
  if (job == nullptr || job->current != item.what.assigned || job->phase != job_phase::assigned)
    return;
  fx.erase({record::kind::placement, placed.id, {}});
  const bool ran = item.reason == release_reason::interrupted || item.reason == release_reason::died
                   || item.reason == release_reason::stopped;
  if (ran || job->grant() != nullptr) {
    lose(placed.id, *job, node.name, item.what.assigned, placed.attempt,
         item.reason == release_reason::died, fx);
    return;
  }
  job->current = {};
  if (item.reason != release_reason::refused) {
    requeue(placed.id, *job, item.what.assigned);
    return;
  }
  fx.log(note::level::warning, "executor " + node.name + " refused a job: " + item.text);
  set_phase(placed.id, *job, job_phase::delayed);
  delayed.emplace(now.steady_us + settings.refused_retry_ms * us_per_ms, placed.id);
}

} // namespace evenkeel::core
