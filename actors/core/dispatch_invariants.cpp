// The audit of the dispatch queue: every count and index recomputed from jobs and placements.
#include "actors/core/dispatch_state.hpp"

#include <algorithm>
#include <array>

namespace evenkeel::core {

namespace {

std::string text_of(const job_id& id) {
  return "job " + std::to_string(id.sequence) + " of " + to_text(id.ledger);
}

} // namespace

std::string dispatch_queue::state::invariants() const {
  if (auto wrong = wrong_totals(); !wrong.empty())
    return wrong;
  for (const auto& [ledger, node] : nodes) {
    if (auto wrong = wrong_home(node); !wrong.empty())
      return wrong;
    if (auto wrong = wrong_executor(node); !wrong.empty())
      return wrong;
  }
  return {};
}

std::string dispatch_queue::state::wrong_totals() const {
  std::array<std::uint64_t, job_phases> counted{};
  std::uint64_t bytes = 0;
  std::uint64_t parked = 0;
  std::uint64_t recalling = 0;
  std::uint64_t running_alone = 0;
  std::size_t queued = alone.size();
  for (const auto& [what, queue] : queues)
    queued += queue.size();
  for (const auto& [ledger, node] : nodes) {
    recalling += node.executor.recalls;
    running_alone += node.executor.alone;
    for (const auto& [sequence, job] : node.home.jobs) {
      const auto size = job.spec ? job.spec.size() : 0;
      ++counted[static_cast<std::size_t>(job.phase)];
      bytes += size;
      parked += job.phase == job_phase::parked ? size : 0;
    }
  }
  if (counted != phases)
    return "phases are miscounted";
  if (bytes != spec_bytes || parked != parked_bytes)
    return "bytes are miscounted";
  if (recalling != recalls || running_alone != alone_placed)
    return "recalls or lone runs are miscounted";
  if (queued != count(job_phase::queued))
    return "the queues hold " + std::to_string(queued) + " jobs, counted "
           + std::to_string(count(job_phase::queued));
  return {};
}

std::string dispatch_queue::state::wrong_home(const node_entry& node) const {
  std::uint64_t outstanding = 0;
  std::size_t parked = 0;
  std::size_t granting = 0;
  for (const auto& [sequence, job] : node.home.jobs) {
    if (auto wrong = wrong_job({node.ledger, sequence}, job); !wrong.empty())
      return text_of({node.ledger, sequence}) + ": " + wrong;
    parked += job.phase == job_phase::parked ? 1 : 0;
    granting += job.phase == job_phase::granting ? 1 : 0;
    outstanding += job.phase == job_phase::granting || job.phase == job_phase::assigned
                           || job.phase == job_phase::ended
                       ? 1
                       : 0;
  }
  if (outstanding != node.home.outstanding)
    return "outstanding of " + node.name + " is " + std::to_string(node.home.outstanding)
           + ", counted " + std::to_string(outstanding);
  if (parked != node.home.parked.size() || granting != node.home.granting.size())
    return "the parked or granting jobs of " + node.name + " are miscounted";
  if (node.home.reported && parked > 0)
    return "jobs of " + node.name + " are parked though it is here";
  for (const auto& [sequence, losses] : node.home.losses)
    if (losses.empty() || !node.home.jobs.contains(sequence))
      return "a loss is kept for no job of " + node.name;
  return {};
}

std::string dispatch_queue::state::wrong_job(const job_id& id, const job_entry& job) const {
  const auto& home_node = nodes.at(id.ledger);
  const auto& home = home_node.home;
  const auto key = key_of(id, job);
  switch (job.phase) {
  case job_phase::queued: {
    const auto queue = job.spec ? queues.find(class_of(job.spec)) : queues.end();
    const bool in_class = queue != queues.end() && queue->second.contains(key);
    if (!job.spec || (suspected(job) ? !alone.contains(key) : !in_class))
      return "is in no queue, or in the wrong one";
    break;
  }
  case job_phase::assigned:
  case job_phase::granting:
    if (!runs(job) && job.phase == job_phase::assigned)
      return "is assigned to nobody";
    return {};
  case job_phase::parked:
    return home.parked.contains(key) ? "" : "is not parked";
  case job_phase::delayed:
    if (std::none_of(delayed.begin(), delayed.end(),
                     [&id](const auto& item) { return item.second == id; }))
      return "is delayed for ever";
    break;
  case job_phase::specless:
    if (job.spec)
      return "has a spec and waits for it";
    break;
  case job_phase::held:
    if (!whereabouts_unknown && !(home_node.live && !home_node.home.reported))
      return "is held though all is known";
    break;
  case job_phase::judged:
    if (!home.losses.contains(id.sequence))
      return "waits for a judgement of nothing";
    break;
  case job_phase::ended:
    return {};
  }
  return job.current.valid() ? "waits, and is on an executor" : "";
}

std::string dispatch_queue::state::wrong_executor(const node_entry& node) const {
  std::uint32_t recalling = 0;
  std::uint32_t running_alone = 0;
  std::uint64_t bytes = 0;
  for (const auto& [at, placed] : node.executor.load) {
    if (auto wrong = wrong_placement(node, at, placed); !wrong.empty())
      return text_of(placed.id) + " on " + node.name + ": " + wrong;
    recalling += placed.recalling ? 1 : 0;
    running_alone += placed.alone ? 1 : 0;
    bytes += placed.bytes;
  }
  if (recalling != node.executor.recalls || running_alone != node.executor.alone
      || bytes != node.executor.prefetch_bytes)
    return "recalls, lone runs or bytes of " + node.name + " are miscounted";
  if (node.given_up && !node.live && !node.executor.load.empty())
    return node.name + " is given up and has a load";
  if (node.executor.kept_free != (kept_free == node.ledger))
    return node.name + " is kept free for nothing";
  const auto entry = loads.entries().find(node.ledger);
  const bool counted = node.live && !node.draining;
  if (counted != (entry != loads.entries().end())
      || (counted
          && (entry->second.load != node.executor.holds()
              || (entry->second.capacity > 0) != (node.executor.takes_work() && node.slots > 0))))
    return "the load table is wrong about " + node.name;
  return {};
}

std::string dispatch_queue::state::wrong_placement(const node_entry& node, const fence& at,
                                                   const placement_entry& placed) const {
  if (placed.stopping)
    return placed.reserved ? "is stopped before it was sent" : "";
  const auto home = nodes.find(placed.id.ledger);
  if (home == nodes.end() || !home->second.home.jobs.contains(placed.id.sequence))
    return "is wanted by no home";
  const auto& job = home->second.home.jobs.at(placed.id.sequence);
  if (job.current != at || job.executor != node.ledger)
    return "is not the current attempt";
  const bool waits = job.phase == job_phase::granting;
  if (waits ? !placed.reserved : job.phase != job_phase::assigned && job.phase != job_phase::ended)
    return "does not fit the phase of its job";
  if (placed.reserved && !waits
      && (job.grant() == nullptr || (node.live && node.executor.reported)))
    return "is granted and not sent";
  return {};
}

} // namespace evenkeel::core
