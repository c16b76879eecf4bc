// Times of many requests in little memory: a histogram whose steps grow with the value, so that a
// percentile is at most 1 % too high however many values there were.
// Owns: its counters. Must not know: what was measured.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace evenkeel::apps {

class latency_histogram {
public:
  void add(std::chrono::steady_clock::duration took);
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// The time in ms that `share` (0 to 1) of all values do not exceed; 0 if there are none.
  [[nodiscard]] double percentile_ms(double share) const;
  [[nodiscard]] double max_ms() const;

private:
  /// Bits of a value that are kept; below 2^8 us every value has a step of its own.
  static constexpr unsigned kept_bits = 8;
  static constexpr std::size_t half = std::size_t{1} << (kept_bits - 1);
  static constexpr std::size_t steps = half * (64 - kept_bits + 2);

  std::array<std::uint64_t, steps> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_us_ = 0;
};

} // namespace evenkeel::apps
