#include "actors/core/ledger_upkeep.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::core {

namespace {

constexpr std::size_t audit_jobs = 10'000;
constexpr std::size_t audit_steps = 100'000;
constexpr std::size_t retention_jobs = 1'000;
constexpr std::size_t retention_steps = 5'000;

} // namespace

void ledger_audit::restart(instant now, std::uint32_t period_ms) {
  next_us_ = now.steady_us + period_ms * us_per_ms;
}

std::vector<sequence_range> ledger_audit::round(const ledger_jobs& jobs,
                                                const ledger_submission& submission, instant now,
                                                std::uint32_t period_ms) {
  restart(now, period_ms);
  const auto old_us = now.steady_us - period_ms * us_per_ms;
  std::vector<sequence_range> ranges;
  std::size_t chosen = 0;
  std::size_t steps = 0;
  auto place = jobs.open().lower_bound(cursor_);
  const auto end = jobs.open().lower_bound(submission.next_fresh());
  for (; place != end && chosen < audit_jobs && steps < audit_steps; ++place, ++steps) {
    const auto& [sequence, entry] = *place;
    if (entry.offered_us > old_us || submission.wanted(entry) || submission.kept(sequence))
      continue;
    ++chosen;
    if (!ranges.empty() && ranges.back().last + 1 == sequence)
      ranges.back().last = sequence;
    else
      ranges.push_back({sequence, sequence});
  }
  cursor_ = place == end ? 0 : place->first;
  return ranges;
}

void ledger_retention::finished(std::int64_t since_ms) {
  oldest_ms_ = std::min(oldest_ms_, since_ms);
  oldest_in_walk_ms_ = std::min(oldest_in_walk_ms_, since_ms);
}

std::vector<std::uint64_t> ledger_retention::expired(const ledger_jobs& jobs, std::int64_t wall_ms,
                                                     std::uint64_t retention_ms) {
  constexpr std::uint64_t for_ever = std::numeric_limits<std::int64_t>::max() / 2;
  const auto kept_ms = static_cast<std::int64_t>(std::min(retention_ms, for_ever));
  const auto border_ms = wall_ms - kept_ms;
  std::vector<std::uint64_t> result;
  if (oldest_ms_ >= border_ms)
    return result;
  auto place = jobs.finished().lower_bound(cursor_);
  for (std::size_t steps = 0; steps < retention_steps && result.size() < retention_jobs; ++steps) {
    if (place == jobs.finished().end()) {
      oldest_ms_ = std::exchange(oldest_in_walk_ms_, std::numeric_limits<std::int64_t>::max());
      cursor_ = 0;
      return result;
    }
    const auto since_ms = kept_since_ms(place->second);
    if (since_ms < border_ms)
      result.push_back(place->first);
    else
      oldest_in_walk_ms_ = std::min(oldest_in_walk_ms_, since_ms);
    ++place;
  }
  cursor_ =
      place == jobs.finished().end() ? std::numeric_limits<std::uint64_t>::max() : place->first;
  return result;
}

std::int64_t kept_since_ms(const finished_entry& job) {
  return std::max(job.submitted_ms, job.ended_ms);
}

} // namespace evenkeel::core
