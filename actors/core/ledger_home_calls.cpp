#include "actors/core/ledger_home_calls.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace evenkeel::core {

namespace {

constexpr std::size_t most_under_way = 4'096;
constexpr std::size_t most_bytes = 8UL << 20U; ///< specs, which are in memory only
/// All that are under way may take this many times the longest that is short. Dispatched jobs are
/// prefetched and started ahead in the same measure (start_ahead.hpp).
constexpr double together = 10;
constexpr std::uint32_t seen_at_least = 3;
constexpr std::uint32_t seen_at_most = 1'000; ///< is counted
constexpr double newest_counts = 0.05; ///< in the mean: a call that was preempted is no long call
constexpr std::int64_t longest_us = 100'000; ///< that one call counts as
constexpr std::int64_t under_a_ms_us = 100;  ///< a result's times are in ms
constexpr std::int64_t late_us = 50'000;
constexpr std::int64_t pause_us = 20'000;

} // namespace

ledger_home_calls::ledger_home_calls(const std::vector<std::string>& functions) {
  for (const auto& name : functions)
    paces_.try_emplace(name);
}

bool ledger_home_calls::admits(const job_spec& spec, instant now) const {
  if (limit_us_ == 0 || spec.kind != job_kind::function || spec.once
      || under_way_.size() >= most_under_way || now.steady_us < paused_until_us_
      || bytes_ + size_of(spec) > most_bytes)
    return false;
  const auto known = paces_.find(spec.text);
  if (known == paces_.end() || known->second.seen < seen_at_least)
    return false;
  const auto& mean_us = known->second.mean_us;
  return mean_us < limit_us_ && expected_us_ + mean_us <= together * limit_us_;
}

void ledger_home_calls::add(const requester& from, job_spec spec, const std::string& owner,
                            instant now) {
  const auto expected_us = paces_.at(spec.text).mean_us;
  expected_us_ += expected_us;
  const auto place = under_way_.emplace_hint(
      under_way_.end(), next_number_++,
      entry{from, std::move(spec), owner, now.wall_ms, now.steady_us, expected_us, 0});
  count(place->second);
}

void ledger_home_calls::count(const entry& call) {
  ++without_ticket_;
  bytes_ += size_of(call.spec);
  if (!call.owner.empty())
    ++owned_[call.owner];
}

void ledger_home_calls::discount(const entry& call) {
  --without_ticket_;
  bytes_ -= size_of(call.spec);
  if (!call.owner.empty() && --owned_.at(call.owner) == 0)
    owned_.erase(call.owner);
}

std::size_t ledger_home_calls::without_ticket(const std::string& owner) const {
  const auto found = owned_.find(owner);
  return found == owned_.end() ? 0 : found->second;
}

std::vector<home_call> ledger_home_calls::collect() {
  std::vector<home_call> calls;
  for (auto place = under_way_.lower_bound(next_collected_); place != under_way_.end(); ++place)
    calls.push_back({place->first, static_cast<std::uint32_t>(place->second.expected_us),
                     place->second.spec.text, place->second.spec.body});
  next_collected_ = next_number_;
  return calls;
}

std::optional<ledger_home_calls::entry> ledger_home_calls::take(std::uint64_t number) {
  auto found = under_way_.extract(number);
  if (found.empty())
    return std::nullopt;
  auto& call = found.mapped();
  if (call.sequence == 0)
    discount(call);
  expected_us_ = under_way_.empty() ? 0 : expected_us_ - call.expected_us;
  return std::move(call);
}

std::vector<std::uint64_t> ledger_home_calls::late(instant now) const {
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, call] : under_way_) {
    if (now.steady_us - call.since_us < late_us)
      break;
    if (call.sequence == 0)
      numbers.push_back(number);
  }
  return numbers;
}

void ledger_home_calls::keep(std::uint64_t number, std::uint64_t sequence) {
  auto& call = under_way_.at(number);
  discount(call);
  call.sequence = sequence;
}

void ledger_home_calls::pause(instant now) {
  paused_until_us_ = now.steady_us + pause_us;
}

void ledger_home_calls::learn(const std::string& function, std::int64_t took_us) {
  const auto known = paces_.find(function);
  if (known == paces_.end())
    return;
  auto& [seen, mean_us] = known->second;
  const auto newest_us = static_cast<double>(std::clamp<std::int64_t>(took_us, 0, longest_us));
  seen = std::min(seen + 1, seen_at_most);
  const auto counts = std::max(newest_counts, 1.0 / seen);
  mean_us += counts * (newest_us - mean_us);
}

void ledger_home_calls::learn(const std::string& function, const job_result& result) {
  const bool ended = result.how == outcome::done || result.how == outcome::failed;
  if (!ended || result.started_ms == 0)
    return;
  const auto took_ms = result.ended_ms - result.started_ms;
  if (took_ms > 1)
    return learn(function, took_ms * us_per_ms);
  const auto known = paces_.find(function);
  if (known == paces_.end())
    return;
  const bool better_known =
      known->second.seen >= seen_at_least && known->second.mean_us < limit_us_;
  if (!better_known) // those that are run here tell more
    learn(function, under_a_ms_us);
}

std::string ledger_home_calls::check() const {
  double expected_us = 0;
  ledger_home_calls counted{{}};
  for (const auto& [number, call] : under_way_) {
    expected_us += call.expected_us;
    if (call.sequence == 0)
      counted.count(call);
  }
  if (std::abs(expected_us - expected_us_) > 1)
    return "what home calls are expected to take is miscounted";
  if (counted.without_ticket_ != without_ticket_ || counted.bytes_ != bytes_
      || counted.owned_ != owned_)
    return "home calls without a ticket are miscounted";
  if (under_way_.size() > most_under_way)
    return "more home calls are under way than may be";
  return {};
}

} // namespace evenkeel::core
