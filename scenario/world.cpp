#include "scenario/world.hpp"

#include "scenario/questions.hpp"

#include <map>
#include <utility>
#include <vector>

namespace evenkeel::scenario {

world::world(const std::filesystem::path& binary, std::filesystem::path where, bool hosts,
             std::uint64_t seed)
    : directory(std::move(where)), processes(binary, directory, hosts, wait), random(seed) {
  wait.tend = [this] {
    processes.tend();
    if (const auto breach = book.breach(); !breach.empty())
      throw failure(breach);
  };
}

void world::collect_results() {
  constexpr std::size_t a_round = 500; ///< of the oldest, at each home
  std::map<std::string, std::vector<std::string>> open;
  for (const auto& [ticket, home] : book.without_result())
    if (auto& mine = open[home]; mine.size() < a_round)
      mine.push_back(ticket);
  for (const auto& [home, tickets] : open) {
    const auto place = processes.node(home);
    if (!place || !place->running)
      continue;
    try {
      ask_results(*place, tickets, book, in_a_moment());
    } catch (const client::connection_lost& lost) {
      trouble = lost.what();
    }
  }
}

} // namespace evenkeel::scenario
