// The load: clients that each keep a number of operations under way, all on one event loop and one
// clock, whatever the peer. Must not know: protocols, servers.
#pragma once

#include "bench/peers/talker.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace evenkeel::bench {

struct load_client {
  std::uint16_t port = 0;
  std::unique_ptr<talker> speaks;
};

struct load_shape {
  std::string peer;       ///< for complaints
  std::size_t window = 1; ///< operations of a client under way
  /// Time in which nothing is counted, and time in which everything is.
  std::chrono::milliseconds warm_up{0};
  std::chrono::milliseconds duration{0};
  /// Instead of a duration: so many operations in all, from the first one's beginning to the last
  /// one's end.
  std::uint64_t count = 0;
};

struct load_figures {
  std::uint64_t operations = 0;
  double per_s = 0;
  double p50_us = 0;
  double p99_us = 0;
  double load_us = 0; ///< CPU time of ours for each operation
};

/// Throws connection_lost, wrong_reply or scenario::interrupted; connection_lost too when nothing
/// was answered for 30 s.
load_figures run_load(std::vector<load_client> clients, const load_shape& shape,
                      const std::atomic<bool>* stop);

} // namespace evenkeel::bench
