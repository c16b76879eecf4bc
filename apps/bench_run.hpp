// evenkeel bench's load: all clients on one event loop, from the first connection to the figures.
// Owns: the event loop, the clients, the end of the run. Must not know: options, tables.
#pragma once

#include "apps/bench_figures.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace evenkeel::apps {

/// Sockets that a run may have.
constexpr std::size_t max_bench_connections = 10'000;

struct bench_settings {
  std::vector<boost::asio::ip::tcp::endpoint> nodes; ///< clients are spread over them in turn
  std::size_t clients = 64;
  std::size_t window = 1;  ///< a client's jobs under way at a time
  std::string job;         ///< request line without its end
  std::string token;       ///< shown on each connection first; empty: none
  bool results = false;    ///< a job is over with its result, not with its ticket
  std::uint64_t count = 0; ///< jobs at most; 0: no limit
  /// No job begins later; zero: no limit.
  std::chrono::milliseconds duration = std::chrono::seconds(5);
  /// The run is given up when nothing was answered for so long (-BUSY is no answer).
  std::chrono::milliseconds patience = std::chrono::seconds(10);
};

/// Throws std::runtime_error if not every connection could be made; all that happens later is in
/// the figures.
bench_figures run_bench(const bench_settings& settings);

/// Asks the node there for STATS until its cluster has no job left, and returns the seconds that
/// took. Throws std::runtime_error if it cannot be asked, or if nothing has changed for `patience`.
/// An empty `token` is not shown.
double drain_cluster(const boost::asio::ip::tcp::endpoint& where,
                     std::chrono::milliseconds patience, const std::string& token);

} // namespace evenkeel::apps
