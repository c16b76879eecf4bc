// Recomputes every count and index of the relay, for tests and the simulator.
#include "actors/core/result_relay_state.hpp"

namespace evenkeel::core {

namespace {

struct totals {
  std::map<ledger_id, relay_home> homes;
  std::uint64_t memory_bytes = 0;
};

void count(totals& sum, const attempt_ref& what, const relayed_result& entry) {
  auto& home = sum.homes[what.job.ledger];
  ++home.results;
  if (entry.payload) {
    home.memory_bytes += entry.bytes;
    sum.memory_bytes += entry.bytes;
  }
  if (entry.on_disk) {
    ++home.stored_results;
    home.stored_bytes += entry.bytes;
  }
  if (entry.at == relayed_result::stage::ready)
    home.ready.emplace(entry.order, what);
  if (entry.at == relayed_result::stage::sent || entry.at == relayed_result::stage::loading) {
    ++home.window_results;
    home.window_bytes += entry.bytes;
  }
}

std::string wrong_with(const relayed_result& entry, bool present) {
  using stage = relayed_result::stage;
  if (entry.payload && entry.bytes != size_of(*entry.payload))
    return "its size is wrong";
  if (entry.reference() && !entry.held)
    return "nobody has it";
  if (entry.reference() && entry.at != stage::resting)
    return "a reference is on its way";
  if (!present && entry.at != stage::resting)
    return "it is on its way to an absent home";
  if (present && !entry.reference() && entry.at == stage::resting)
    return "it rests although its home is here";
  if (!present && entry.payload && !entry.on_disk)
    return "it waits for an absent home in memory alone";
  if (entry.at == stage::sent && !entry.payload)
    return "it was sent without a payload";
  if (entry.at == stage::loading && (entry.payload || !entry.on_disk))
    return "it is loaded without need";
  return {};
}

std::string wrong_with(const relay_home& kept, const relay_home& counted) {
  if (kept.results != counted.results)
    return "count of results";
  if (kept.memory_bytes != counted.memory_bytes)
    return "memory_bytes";
  if (kept.stored_results != counted.stored_results || kept.stored_bytes != counted.stored_bytes)
    return "count of stored results";
  if (kept.ready != counted.ready)
    return "order of ready results";
  if (kept.window_results != counted.window_results || kept.window_bytes != counted.window_bytes)
    return "window";
  return {};
}

} // namespace

std::string result_relay::check_invariants() const {
  const auto& s = *state_;
  totals sum;
  for (const auto& [what, entry] : s.results) {
    count(sum, what, entry);
    if (const auto wrong = wrong_with(entry, s.present(what.job.ledger)); !wrong.empty())
      return "result of job " + std::to_string(what.job.sequence) + ": " + wrong;
  }
  std::uint64_t present_bytes = 0;
  for (const auto& [ledger, peer] : s.peers) {
    if (const auto wrong = wrong_with(peer.home, sum.homes[ledger]); !wrong.empty())
      return "home " + to_text(ledger) + ": " + wrong;
    if (peer.link == 0 && peer.home.results == 0)
      return "an absent peer without results is kept";
    if (peer.home.window_results > 1
        && (peer.home.window_results > s.settings.result_window
            || peer.home.window_bytes > s.settings.result_window_bytes))
      return "home " + to_text(ledger) + ": its window is overrun";
    if (peer.link != 0)
      present_bytes += peer.home.memory_bytes;
    if (s.has_news(peer) && !s.news.contains(ledger))
      return "nobody looks after what " + to_text(ledger) + " is to be sent";
  }
  for (const auto& [ledger, home] : sum.homes)
    if (!s.peers.contains(ledger))
      return "results of an unknown home";
  if (sum.memory_bytes != s.memory_bytes || present_bytes != s.present_bytes)
    return "memory count";
  if (s.memory_bytes > s.limits.memory_bytes && s.memory_bytes > s.present_bytes)
    return "absent homes hold memory that is short";
  return {};
}

} // namespace evenkeel::core
