#include "actors/core/byte_toll.hpp"

#include <algorithm>

namespace evenkeel::core {

namespace {

constexpr std::int64_t free_us = 1'000'000;

} // namespace

std::uint64_t byte_toll::take(const std::string& who, std::size_t bytes, std::int64_t now_us) {
  if (rate_ == 0)
    return 0;
  if (paid_until_.size() >= forget_above_)
    forget_idle(now_us);
  auto& until = paid_until_.try_emplace(who, now_us - free_us).first->second;
  const auto lasts_us = static_cast<std::int64_t>(bytes * 1'000'000ULL / rate_);
  until = std::max(until, now_us - free_us) + lasts_us;
  return until > now_us ? static_cast<std::uint64_t>(until - now_us) : 0;
}

/// Twice as many as are left may come before the next look: so a look costs each a fixed share.
void byte_toll::forget_idle(std::int64_t now_us) {
  std::erase_if(paid_until_, [now_us](const auto& one) { return one.second <= now_us - free_us; });
  forget_above_ = std::max<std::size_t>(64, 2 * paid_until_.size());
}

} // namespace evenkeel::core
