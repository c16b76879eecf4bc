// The table of results in transit: every change that a count depends on.
#include "actors/core/result_relay_state.hpp"

namespace evenkeel::core {

bool result_relay::state::present(const ledger_id& ledger) const {
  const auto peer = peers.find(ledger);
  return peer != peers.end() && peer->second.link != 0;
}

bool result_relay::state::fits(const ledger_id& ledger, std::uint64_t link) const {
  const auto peer = peers.find(ledger);
  return peer != peers.end() && peer->second.link != 0 && peer->second.link == link;
}

result_relay::state::table::iterator result_relay::state::first_of(const ledger_id& home) {
  return results.lower_bound(attempt_ref{{home, 0}, {}});
}

relayed_result& result_relay::state::add(const attempt_ref& what, const ledger_id& executor,
                                         std::uint64_t bytes) {
  const auto [entry, fresh] = results.try_emplace(what);
  if (fresh) {
    entry->second.order = next_order++;
    entry->second.bytes = bytes;
    ++peers[what.job.ledger].home.results;
  }
  entry->second.executor = executor;
  entry->second.held = true;
  return entry->second;
}

void result_relay::state::keep_payload(const attempt_ref& what, relayed_result& entry,
                                       const job_result& result) {
  auto& peer = peers[what.job.ledger];
  entry.payload = result;
  peer.home.memory_bytes += entry.bytes;
  memory_bytes += entry.bytes;
  if (peer.link != 0)
    present_bytes += entry.bytes;
}

void result_relay::state::drop_payload(const attempt_ref& what, relayed_result& entry) {
  if (!entry.payload)
    return;
  auto& peer = peers[what.job.ledger];
  entry.payload.reset();
  peer.home.memory_bytes -= entry.bytes;
  memory_bytes -= entry.bytes;
  if (peer.link != 0)
    present_bytes -= entry.bytes;
}

void result_relay::state::count_stored(const attempt_ref& what, relayed_result& entry) {
  auto& home = peers[what.job.ledger].home;
  entry.on_disk = true;
  ++home.stored_results;
  home.stored_bytes += entry.bytes;
}

void result_relay::state::count_unstored(const attempt_ref& what, relayed_result& entry) {
  auto& home = peers[what.job.ledger].home;
  entry.on_disk = false;
  --home.stored_results;
  home.stored_bytes -= entry.bytes;
}

void result_relay::state::store(const attempt_ref& what, relayed_result& entry, relay_effects& fx) {
  fx.put(record::waiting_result{what.job, entry.executor, *entry.payload}, durability::written);
  count_stored(what, entry);
}

void result_relay::state::make_ready(const attempt_ref& what, relayed_result& entry) {
  peers[what.job.ledger].home.ready.emplace(entry.order, what);
  news.insert(what.job.ledger);
  entry.at = relayed_result::stage::ready;
}

void result_relay::state::rest(const attempt_ref& what, relayed_result& entry) {
  auto& home = peers[what.job.ledger].home;
  switch (entry.at) {
  case relayed_result::stage::resting:
    break;
  case relayed_result::stage::ready:
    home.ready.erase(entry.order);
    break;
  case relayed_result::stage::loading:
  case relayed_result::stage::sent:
    --home.window_results;
    home.window_bytes -= entry.bytes;
    if (!home.ready.empty())
      news.insert(what.job.ledger);
    break;
  }
  entry.at = relayed_result::stage::resting;
}

result_relay::state::table::iterator result_relay::state::forget(table::iterator entry,
                                                                 relay_effects& fx) {
  const auto what = entry->first;
  rest(what, entry->second);
  drop_payload(what, entry->second);
  if (entry->second.on_disk) {
    count_unstored(what, entry->second);
    fx.erase({record::kind::waiting_result, what.job, what.assigned});
  }
  --peers[what.job.ledger].home.results;
  const auto next = results.erase(entry);
  prune(what.job.ledger);
  return next;
}

result_relay::state::table::iterator result_relay::state::forget_everywhere(table::iterator entry,
                                                                            relay_effects& fx) {
  const auto executor = peers.find(entry->second.executor);
  if (executor != peers.end() && executor->second.link != 0) {
    auto& told = executor->second.executor;
    told.acks.push_back(entry->first);
    if (!told.reported)
      told.acknowledged.insert(entry->first);
    news.insert(executor->first);
  }
  return forget(entry, fx);
}

void result_relay::state::prune(const ledger_id& ledger) {
  const auto peer = peers.find(ledger);
  if (peer != peers.end() && peer->second.link == 0 && peer->second.home.results == 0)
    peers.erase(peer);
}

bool result_relay::state::absent_room(const relay_home& home, std::uint64_t bytes) const {
  return home.stored_results < limits.absent_home_results
         && home.stored_bytes + bytes <= limits.absent_home_bytes;
}

void result_relay::state::make_room() {
  for (auto& [ledger, peer] : peers) {
    if (memory_bytes <= limits.memory_bytes)
      return;
    if (peer.link != 0 || peer.home.memory_bytes == 0)
      continue;
    // The whole home at once, so that the walk over its entries is paid for by what it frees.
    for (auto entry = first_of(ledger); entry != results.end() && entry->first.job.ledger == ledger;
         ++entry)
      drop_payload(entry->first, entry->second);
  }
}

} // namespace evenkeel::core
