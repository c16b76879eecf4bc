#include "apps/bench_latencies.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace evenkeel::apps {

namespace {

constexpr double us_per_ms = 1000;

} // namespace

void latency_histogram::add(std::chrono::steady_clock::duration took) {
  const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
  const auto width = static_cast<unsigned>(std::bit_width(us));
  const auto dropped = width > kept_bits ? width - kept_bits : 0U;
  ++counts_[half * dropped + static_cast<std::size_t>(us >> dropped)];
  ++count_;
  max_us_ = std::max(max_us_, us);
}

double latency_histogram::percentile_ms(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t step = 0; step < steps; ++step) {
    seen += counts_[step];
    if (seen == 0 || seen < wanted)
      continue;
    const auto dropped = step < 2 * half ? 0 : step / half - 1;
    const auto upper = ((static_cast<std::uint64_t>(step - half * dropped) + 1) << dropped) - 1;
    return static_cast<double>(std::min(upper, max_us_)) / us_per_ms;
  }
  return 0;
}

double latency_histogram::max_ms() const {
  return static_cast<double>(max_us_) / us_per_ms;
}

} // namespace evenkeel::apps
