// How many jobs of a kind are started ahead of a free slot: as many as end in a few milliseconds,
// so that short ones are committed, run and reported together, not one by one. Owns: the rate at
// which they end. Must not know: jobs.
#pragma once

#include "actors/core/effects.hpp"

#include <algorithm>
#include <cstdint>

namespace evenkeel::core {

class start_ahead {
public:
  /// `most`: jobs ahead at most; 0: none ever.
  explicit start_ahead(std::uint32_t most = 0) : most_(most) {}

  void on_end(instant now) {
    if (now.steady_us - since_us_ >= window_us) {
      const auto elapsed_us = now.steady_us - since_us_;
      depth_ = elapsed_us < 2 * window_us ? ended_ * ahead_us / elapsed_us : 0;
      since_us_ = now.steady_us;
      ended_ = 0;
    }
    ++ended_;
  }
  /// Jobs worth `ahead_us` at the rate of late; 0 once they have become long.
  [[nodiscard]] std::uint32_t depth(instant now) const {
    if (now.steady_us - since_us_ >= 2 * window_us)
      return 0;
    return static_cast<std::uint32_t>(std::min<std::int64_t>(depth_, most_));
  }

private:
  /// Long enough for several group commits.
  static constexpr std::int64_t window_us = 20'000;
  /// Twice what a commit takes: while that is what jobs wait for, the rate is bounded by the
  /// depth, and only a depth above what has ended lets it grow.
  static constexpr std::int64_t ahead_us = 10'000;

  std::uint32_t most_;
  std::int64_t since_us_ = 0;
  std::int64_t ended_ = 0;
  std::int64_t depth_ = 0;
};

} // namespace evenkeel::core
