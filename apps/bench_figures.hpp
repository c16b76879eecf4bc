// What a bench run measured, and whether everything went well.
// Owns: numbers. Must not know: sockets, how the load was made.
#pragma once

#include "apps/bench_latencies.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace evenkeel::apps {

/// How often something happened, and what was said about it the first time.
struct bench_trouble {
  std::uint64_t count = 0;
  std::string first;
};

struct bench_figures {
  latency_histogram submissions; ///< first sending of the job line until `+OK ticket=`
  latency_histogram results;     ///< first sending of the job line until the result
  std::uint64_t not_done = 0;    ///< results with another state than done
  std::uint64_t busy = 0;        ///< -BUSY replies; those requests were sent again
  std::map<std::string, bench_trouble, std::less<>> errors; ///< replies, by code; not BUSY
  bench_trouble lost_connections;
  std::uint64_t unanswered = 0; ///< jobs given up because nothing was answered any more
  double elapsed_s = 0;         ///< first request until last answer

  [[nodiscard]] bool good() const {
    return errors.empty() && lost_connections.count == 0 && unanswered == 0;
  }
};

} // namespace evenkeel::apps
