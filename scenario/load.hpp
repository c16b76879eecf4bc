// Clients in the background that go on submitting, and ask for results of what they submitted, at
// one node after another; when a connection is lost they go to the next one. Owns: their threads.
#pragma once

#include "scenario/cluster.hpp"
#include "scenario/script.hpp"
#include "scenario/tickets.hpp"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace evenkeel::scenario {

/// How often clients saw each error: a code, `closed` (also refused) or `silent`. For several
/// threads.
class error_counts {
public:
  void add(const std::string& code, const std::string& text);
  [[nodiscard]] std::map<std::string, std::size_t> counts() const;
  /// The first one with this code, in full.
  [[nodiscard]] std::string example(const std::string& code) const;

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::size_t> counts_;
  std::map<std::string, std::string> examples_;
};

class load {
public:
  load(const load_step& how, const cluster& all, ticket_book& book, error_counts& errors,
       std::uint64_t seed);
  ~load(); ///< stops, as soon as what is under way is answered
  load(const load&) = delete;
  load& operator=(const load&) = delete;

private:
  class client_of;

  void run(std::uint64_t seed, std::size_t index);
  /// False when the load ends.
  bool pause();
  [[nodiscard]] std::vector<node_place> places() const;

  load_step how_;
  const cluster& all_;
  ticket_book& book_;
  error_counts& errors_;
  std::mutex mutex_;
  std::condition_variable ending_;
  bool over_ = false;
  std::vector<std::thread> clients_;
};

} // namespace evenkeel::scenario
