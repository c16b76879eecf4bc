#include "actors/core/ledger_cache.hpp"

namespace evenkeel::core {

namespace {

constexpr std::uint64_t overhead_bytes = 96; ///< list and map nodes

std::uint64_t cost_of(const job_result& result) {
  return size_of(result) + overhead_bytes;
}

} // namespace

void result_cache::put(std::uint64_t sequence, const job_result& result) {
  const auto cost = cost_of(result);
  if (cost > limit_ || places_.contains(sequence))
    return;
  order_.emplace_front(sequence, result);
  places_.emplace(sequence, order_.begin());
  bytes_ += cost;
  while (bytes_ > limit_)
    erase(order_.back().first);
}

const job_result* result_cache::find(std::uint64_t sequence) {
  const auto found = places_.find(sequence);
  if (found == places_.end())
    return nullptr;
  order_.splice(order_.begin(), order_, found->second);
  return &found->second->second;
}

void result_cache::erase(std::uint64_t sequence) {
  const auto found = places_.find(sequence);
  if (found == places_.end())
    return;
  bytes_ -= cost_of(found->second->second);
  order_.erase(found->second);
  places_.erase(found);
}

std::string result_cache::check() const {
  std::uint64_t bytes = 0;
  for (const auto& [sequence, result] : order_) {
    bytes += cost_of(result);
    if (!places_.contains(sequence))
      return "a cached result cannot be found";
  }
  if (bytes != bytes_ || places_.size() != order_.size() || bytes_ > limit_)
    return "cached bytes are miscounted or over the limit";
  return {};
}

} // namespace evenkeel::core
