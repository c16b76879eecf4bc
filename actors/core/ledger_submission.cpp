#include "actors/core/ledger_submission.hpp"

#include <algorithm>

namespace evenkeel::core {

namespace {

constexpr std::size_t ranges_per_message = message_bytes / sizeof(sequence_range);
constexpr std::size_t submitted_overhead = sizeof(submitted_job) - sizeof(job_spec);
constexpr std::size_t most_missing = 100'000;

} // namespace

// -- credit
// -------------------------------------------------------------------------------------------

void submission_window::open(const cluster_settings& settings) {
  most_jobs_ = std::max(1U, settings.submit_window_jobs);
  most_bytes_ = settings.submit_window_bytes;
  sent_ = {};
  acknowledged_ = {};
}

bool submission_window::admits(std::uint64_t bytes) const {
  return jobs_out() == 0 || (jobs_out() < most_jobs_ && bytes_out() + bytes <= most_bytes_);
}

void submission_window::sent(std::uint64_t bytes) {
  ++sent_.jobs;
  sent_.bytes += bytes;
}

void submission_window::acknowledged(const submit_ack& totals) {
  // Totals only rise, and never above what was sent.
  acknowledged_.jobs = std::max(acknowledged_.jobs, std::min(totals.jobs, sent_.jobs));
  acknowledged_.bytes = std::max(acknowledged_.bytes, std::min(totals.bytes, sent_.bytes));
}

std::string submission_window::check() const {
  if (jobs_out() > most_jobs_ || (bytes_out() > most_bytes_ && jobs_out() > 1))
    return "more is submitted than the window admits";
  return {};
}

// -- what goes next
// -----------------------------------------------------------------------------------

std::vector<inventory> ledger_submission::on_link_up(const cluster_settings& settings,
                                                     ledger_jobs& jobs, instant now) {
  ++generation_;
  wanted_.clear();
  window_.open(settings);
  std::vector<inventory> chunks(1);
  const auto end = jobs.open().lower_bound(next_fresh_);
  for (auto place = jobs.open().begin(); place != end; ++place) {
    if (kept(place->first))
      continue;
    place->second.offered_us = now.steady_us;
    auto* ranges = &chunks.back().unfinished;
    if (!ranges->empty() && ranges->back().last + 1 == place->first) {
      ranges->back().last = place->first;
      continue;
    }
    if (ranges->size() == ranges_per_message)
      ranges = &chunks.emplace_back().unfinished;
    ranges->push_back({place->first, place->first});
  }
  chunks.back().home_end = true;
  return chunks;
}

std::vector<std::uint64_t> ledger_submission::on_wanted(const sequence_range& range,
                                                        ledger_jobs& jobs) {
  std::vector<std::uint64_t> missing;
  auto expected = range.first;
  const auto miss_up_to = [&](std::uint64_t end) { // exclusive
    for (; expected < end && missing.size() < most_missing; ++expected)
      missing.push_back(expected);
  };
  if (range.first > range.last)
    return missing;
  for (auto place = jobs.open().lower_bound(range.first);
       place != jobs.open().end() && place->first <= range.last; ++place) {
    miss_up_to(place->first);
    expected = place->first + 1;
    if (ever_sent(place->first)) // a fresh one goes anyway
      place->second.wanted_on = generation_;
  }
  miss_up_to(range.last);
  if (expected == range.last && missing.size() < most_missing)
    missing.push_back(range.last);
  wanted_.push_back(range);
  return missing;
}

/// Its place in the order of fresh jobs may be gone.
void ledger_submission::let_go(open_entry& entry) {
  release(entry.sequence);
  if (!ever_sent(entry.sequence))
    return;
  entry.wanted_on = generation_;
  wanted_.push_back({entry.sequence, entry.sequence});
}

open_entry* ledger_submission::next_wanted(ledger_jobs& jobs) {
  while (!wanted_.empty()) {
    auto& range = wanted_.front();
    auto place = jobs.open().lower_bound(range.first);
    while (place != jobs.open().end() && place->first <= range.last && !wanted(place->second))
      ++place;
    if (place != jobs.open().end() && place->first <= range.last) {
      range.first = place->first;
      return &place->second;
    }
    wanted_.pop_front();
  }
  return nullptr;
}

open_entry* ledger_submission::next(ledger_jobs& jobs) {
  if (auto* entry = next_wanted(jobs))
    return entry;
  auto place = jobs.open().lower_bound(next_fresh_);
  for (; place != jobs.open().end() && kept(place->first); ++place)
    next_fresh_ = place->first + 1;
  return place == jobs.open().end() ? nullptr : &place->second;
}

submitted_job ledger_submission::submit(open_entry& entry, instant now) {
  const bool fresh = !ever_sent(entry.sequence);
  entry.offered_us = now.steady_us;
  entry.wanted_on = 0;
  if (fresh)
    next_fresh_ = entry.sequence + 1;
  window_.sent(entry.spec.size());
  const auto& rest = entry.details();
  return {entry.sequence, entry.submitted_ms, rest.attempts,      rest.deaths,
          fresh,          rest.grant,         entry.spec.unpack()};
}

std::vector<submit_batch> ledger_submission::collect(ledger_jobs& jobs, instant now) {
  std::vector<submit_batch> batches;
  std::size_t bytes = message_bytes;
  for (auto* entry = next(jobs); entry != nullptr; entry = next(jobs)) {
    const auto spec_bytes = entry->spec.size();
    if (!window_.admits(spec_bytes))
      break;
    const auto size = spec_bytes + submitted_overhead;
    if (bytes + size > message_bytes) {
      batches.emplace_back();
      bytes = 0;
    }
    bytes += size;
    batches.back().jobs.push_back(submit(*entry, now));
  }
  return batches;
}

} // namespace evenkeel::core
