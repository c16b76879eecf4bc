// All that a running script has: its directory, cluster, tickets and load.
#pragma once

#include "scenario/cluster.hpp"
#include "scenario/load.hpp"
#include "scenario/tickets.hpp"
#include "scenario/waiting.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <string>

namespace evenkeel::scenario {

struct world {
  world(const std::filesystem::path& binary, std::filesystem::path where, bool hosts,
        std::uint64_t seed);

  std::filesystem::path directory;
  waiting wait;
  ticket_book book;
  error_counts errors;
  cluster processes;
  std::mt19937_64 random;
  std::unique_ptr<load> background;

  /// Asks the homes that run for what they have not told yet. `trouble` is the last error.
  void collect_results();
  std::string trouble;
};

} // namespace evenkeel::scenario
