// Tells when our own loop stood still (R8): whoever stalled must not blame its peers for the
// silence. Must not know: whose leases and graces start anew then; that is the caller's part.
#pragma once

#include "actors/core/effects.hpp"
#include "messages/protocol.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace evenkeel::core {

/// Ask it at every tick, and once at the start.
class stall_watch {
public:
  /// Ticks come about every 50 ms; however short the lease, a few lost ones are no stall, or it
  /// would never expire.
  static constexpr std::int64_t shortest_stall_us = 150 * us_per_ms;

  explicit stall_watch(std::uint32_t lease_ms = cluster_settings{}.lease_ms)
      : lease_ms_(lease_ms) {}

  void set_lease_ms(std::uint32_t lease_ms) { lease_ms_ = lease_ms; }

  /// True when more than a quarter of the lease went by since the last call.
  bool late(instant now) {
    const auto allowed = std::max(lease_ms_ * us_per_ms / 4, shortest_stall_us);
    const bool stalled = last_us_ && now.steady_us - *last_us_ > allowed;
    last_us_ = now.steady_us;
    return stalled;
  }

private:
  std::int64_t lease_ms_;
  std::optional<std::int64_t> last_us_;
};

} // namespace evenkeel::core
