#include "actors/core/executor_table.hpp"

#include <cstdlib>
#include <utility>

namespace evenkeel::core {

attempt_entry& executor_table::add(record::held_attempt held, attempt_state state) {
  const auto what = held.what;
  const auto [position, added] = entries_.try_emplace(what);
  if (!added)
    std::abort();
  auto& entry = position->second;
  entry.held = std::move(held);
  entry.state = state;
  count(entry);
  return entry;
}

void executor_table::erase(const attempt_ref& what) {
  const auto position = entries_.find(what);
  if (position == entries_.end())
    std::abort();
  discount(position->second);
  entries_.erase(position);
}

void executor_table::enter(attempt_entry& entry, attempt_state state) {
  discount(entry);
  entry.state = state;
  count(entry);
}

attempt_entry* executor_table::find(const attempt_ref& what) {
  const auto position = entries_.find(what);
  return position == entries_.end() ? nullptr : &position->second;
}

std::vector<attempt_ref> executor_table::attempts_of(const job_id& job) const {
  std::vector<attempt_ref> result;
  for (auto position = entries_.lower_bound({job, {}});
       position != entries_.end() && position->first.job == job; ++position)
    result.push_back(position->first);
  return result;
}

attempt_entry* executor_table::first_queued() {
  return queue_.empty() ? nullptr : find(queue_.begin()->what);
}

void executor_table::count(const attempt_entry& entry) {
  if (entry.state == attempt_state::queued)
    queue_.insert(place_of(entry));
  if (entry.live()) {
    ++live_;
    ++live_of_kind_.at(index_of(entry.held.spec.kind));
    live_alone_ += entry.held.alone ? 1 : 0;
  }
}

void executor_table::discount(const attempt_entry& entry) {
  if (entry.state == attempt_state::queued)
    queue_.erase(place_of(entry));
  if (entry.live()) {
    --live_;
    --live_of_kind_.at(index_of(entry.held.spec.kind));
    live_alone_ -= entry.held.alone ? 1 : 0;
  }
}

namespace {

/// The record's flags and the state tell the same.
bool agrees(const attempt_entry& entry) {
  const auto& held = entry.held;
  switch (entry.state) {
  case attempt_state::queued:
    return !held.started && !held.finished;
  case attempt_state::running:
    return held.started && !held.finished;
  case attempt_state::stopping:
    return held.started && !held.finished && held.asked;
  case attempt_state::finished:
    return held.finished;
  case attempt_state::interrupted:
    return !held.finished;
  }
  return false;
}

} // namespace

std::string executor_table::check() const {
  std::set<line_place> queue;
  std::size_t live = 0;
  std::size_t alone = 0;
  std::array<std::size_t, job_kinds> of_kind{};
  for (const auto& [what, entry] : entries_) {
    if (what != entry.held.what)
      return "an entry is filed under another name";
    if (!agrees(entry))
      return "an entry's record and state differ";
    if (entry.travel != travel_state::resting && entry.state != attempt_state::finished)
      return "an entry without a result is being sent";
    if (entry.state == attempt_state::queued)
      queue.insert(place_of(entry));
    live += entry.live() ? 1 : 0;
    of_kind.at(index_of(entry.held.spec.kind)) += entry.live() ? 1 : 0;
    alone += entry.live() && entry.held.alone ? 1 : 0;
  }
  if (queue != queue_)
    return "the queue is not what is queued";
  if (live != live_ || alone != live_alone_ || of_kind != live_of_kind_)
    return "the counts of running attempts are wrong";
  if (alone != 0 && live != 1)
    return "something runs beside an attempt that must be alone";
  return {};
}

} // namespace evenkeel::core
