#include "actors/core/load_table.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace evenkeel::core {

namespace {

using counts = std::map<std::uint32_t, std::uint64_t>;

void adjust(counts& all, std::uint32_t key, std::uint64_t by, int sign) {
  if (by == 0)
    return;
  if (sign > 0) {
    all[key] += by;
    return;
  }
  const auto found = all.find(key);
  if (found != all.end() && (found->second -= by) == 0)
    all.erase(found);
}

std::uint64_t add(std::uint64_t total, std::uint64_t x, int sign) {
  return sign > 0 ? total + x : total - x;
}

std::uint64_t difference(std::uint64_t largest, std::uint64_t smallest) {
  return largest > smallest ? largest - smallest : 0;
}

/// How full executors get when jobs are moved into their free slots, the emptiest first.
class water_line {
public:
  water_line(std::vector<load_table::entry> open, bool weighted)
      : open_(std::move(open)), weighted_(weighted) {}

  /// The highest line for which `moves` jobs are enough.
  [[nodiscard]] std::uint64_t reached_by(std::uint64_t moves) const {
    std::uint64_t low = 0;
    std::uint64_t high = full;
    while (low < high) {
      const auto line = (low + high + 1) / 2;
      if (needed(line) <= moves)
        low = line;
      else
        high = line - 1;
    }
    return low;
  }
  [[nodiscard]] std::uint64_t needed(std::uint64_t line) const {
    std::uint64_t jobs = 0;
    for (const auto& x : open_)
      jobs += at(x, line) - x.running();
    return jobs;
  }
  /// What this executor runs then.
  [[nodiscard]] std::uint64_t at(const load_table::entry& x, std::uint64_t line) const {
    const auto wanted = weighted_ ? line * x.slots / full : line;
    return std::clamp<std::uint64_t>(wanted, x.running(), x.slots);
  }
  [[nodiscard]] const std::vector<load_table::entry>& open() const { return open_; }

private:
  /// The line counts jobs, or millionths of an executor's slots where that is what is levelled.
  static constexpr std::uint64_t full = 1'000'000;
  std::vector<load_table::entry> open_;
  bool weighted_;
};

} // namespace

load_table::place load_table::place_of(const ledger_id& executor, const entry& x) const {
  constexpr std::uint64_t scale = 1'000'000;
  const auto slots = std::max<std::uint64_t>(x.slots, 1);
  if (x.load >= x.slots) // how far its prefetch is filled: deeper ones belong to faster executors
    return {true, x.excess() * scale / std::max<std::uint64_t>(x.capacity - x.slots, 1), executor};
  return {false, weighted_ ? x.load * scale / slots : x.load, executor};
}

void load_table::count(const entry& x, int sign) {
  adjust(all_, x.running(), 1, sign);
  if (x.idle() > 0)
    adjust(fillable_, x.running(), 1, sign);
  adjust(idle_kinds_, x.kind, x.idle(), sign);
  running_ = add(running_, x.running(), sign);
  slots_ = add(slots_, x.slots, sign);
  excess_ = add(excess_, x.excess(), sign);
  idle_ = add(idle_, x.idle(), sign);
}

void load_table::enter(const ledger_id& executor, const entry& x) {
  count(x, +1);
  if (x.load < x.capacity)
    ready_[x.kind].insert(place_of(executor, x));
  if (x.excess() > 0)
    overfull_.insert({x.excess(), executor});
}

void load_table::leave(const ledger_id& executor, const entry& x) {
  count(x, -1);
  overfull_.erase({x.excess(), executor});
  const auto same_kind = ready_.find(x.kind);
  if (x.load >= x.capacity || same_kind == ready_.end())
    return;
  same_kind->second.erase(place_of(executor, x));
  if (same_kind->second.empty())
    ready_.erase(same_kind);
}

void load_table::set(const ledger_id& executor, const entry& now) {
  const auto [position, fresh] = entries_.try_emplace(executor);
  auto& known = position->second;
  if (!fresh) {
    if (known == now)
      return;
    leave(executor, known);
  }
  known = now;
  enter(executor, known);
}

void load_table::remove(const ledger_id& executor) {
  const auto found = entries_.find(executor);
  if (found == entries_.end())
    return;
  leave(executor, found->second);
  entries_.erase(found);
}

std::uint32_t load_table::spread() const {
  if (all_.empty() || fillable_.empty())
    return 0;
  return static_cast<std::uint32_t>(difference(all_.rbegin()->first, fillable_.begin()->first));
}

std::uint32_t load_table::avoidable_spread() const {
  if (excess_ == 0 || idle_ == 0 || spread() == 0)
    return 0;
  std::vector<entry> open;
  for (const auto& [executor, x] : entries_)
    if (x.idle() > 0)
      open.push_back(x);
  const water_line water(std::move(open), weighted_);
  const auto moves = std::min(excess_, idle_);
  const auto line = water.reached_by(moves);
  const auto left = moves - water.needed(line); // fewer than executors to raise by one more
  std::uint64_t largest = all_.rbegin()->first;
  auto smallest = std::numeric_limits<std::uint64_t>::max();
  for (const auto& x : water.open()) {
    const auto now = water.at(x, line);
    largest = std::max(largest, now + (left > 0 && now < x.slots && now == line ? 1 : 0));
    if (now < x.slots)
      smallest = std::min(smallest, now);
  }
  return static_cast<std::uint32_t>(difference(spread(), difference(largest, smallest)));
}

void load_table::sample_avoidable(instant now) {
  constexpr std::int64_t period_us = 50'000;
  if (!sampled_us_)
    sampled_us_ = now.steady_us;
  const auto elapsed = now.steady_us - *sampled_us_;
  if (elapsed < period_us)
    return;
  sampled_us_ = now.steady_us;
  sampled_total_us_ += static_cast<double>(elapsed);
  avoidable_us_ += static_cast<double>(elapsed) * avoidable_spread();
}

void load_table::account(instant now, bool busy) {
  const auto elapsed = accounted_us_ ? now.steady_us - *accounted_us_ : 0;
  accounted_us_ = now.steady_us;
  sample_avoidable(now);
  if (elapsed <= 0)
    return;
  const auto us = static_cast<double>(elapsed);
  const auto uneven = spread();
  total_us_ += us;
  spread_us_ += us * uneven;
  if (busy) {
    busy_us_ += us;
    if (uneven <= 1)
      even_us_ += us;
  }
}

double load_table::mean_spread() const {
  return total_us_ > 0 ? spread_us_ / total_us_ : 0;
}

double load_table::mean_avoidable_spread() const {
  return sampled_total_us_ > 0 ? avoidable_us_ / sampled_total_us_ : 0;
}

double load_table::share_even() const {
  return busy_us_ > 0 ? even_us_ / busy_us_ : 1;
}

} // namespace evenkeel::core
