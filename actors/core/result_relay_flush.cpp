// The relay's outputs: what was collected, in messages of packet size, within every window.
#include "actors/core/result_relay_state.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::core {

namespace {

/// Payload per message; with the ids of an exchange it stays below 256 KiB.
constexpr std::uint64_t packet_bytes = 192ULL << 10U;
constexpr std::size_t packet_refs = 1024;

template <class Message>
void emit_refs(const ledger_id& to, std::uint64_t link, const std::vector<attempt_ref>& refs,
               std::size_t from, relay_effects& fx) {
  while (from < refs.size()) {
    const auto count = std::min(packet_refs, refs.size() - from);
    const auto first = refs.begin() + static_cast<std::ptrdiff_t>(from);
    fx.emit(to_node{to, link, Message{{first, first + static_cast<std::ptrdiff_t>(count)}}});
    from += count;
  }
}

} // namespace

/// A result larger than the whole window travels alone.
bool result_relay::state::window_open(const relay_home& home, std::uint64_t bytes) const {
  return home.window_results == 0
         || (home.window_results < settings.result_window
             && home.window_bytes + bytes <= settings.result_window_bytes);
}

/// The next flush has to send it something.
bool result_relay::state::has_news(const relay_peer& peer) const {
  if (peer.link == 0)
    return false;
  if (!peer.executor.acks.empty() || peer.executor.taken != peer.executor.announced)
    return true;
  if (settings.result_period_ms > 0)
    return false;
  const auto& ready = peer.home.ready;
  return !peer.executor.wanted.empty()
         || (!ready.empty() && window_open(peer.home, results.at(ready.begin()->second).bytes));
}

std::vector<result_batch> result_relay::state::collect(relay_peer& peer, relay_effects& fx) {
  std::vector<result_batch> batches;
  std::uint64_t filled = 0;
  auto& home = peer.home;
  while (!home.ready.empty()) {
    const auto what = home.ready.begin()->second;
    auto& entry = results.at(what);
    if (!window_open(home, entry.bytes))
      break;
    home.ready.erase(home.ready.begin());
    ++home.window_results;
    home.window_bytes += entry.bytes;
    if (!entry.payload) {
      entry.at = relayed_result::stage::loading;
      fx.emit(load_record{{record::kind::waiting_result, what.job, what.assigned}});
      continue;
    }
    entry.at = relayed_result::stage::sent;
    if (batches.empty() || filled + entry.bytes > packet_bytes) {
      batches.emplace_back();
      filled = 0;
    }
    filled += entry.bytes;
    batches.back().results.push_back({what.job, *entry.payload});
  }
  return batches;
}

std::vector<attempt_ref> result_relay::state::collect_wanted(const ledger_id& executor,
                                                             relay_peer& peer) {
  std::vector<attempt_ref> wanted;
  for (const auto& what : std::exchange(peer.executor.wanted, {})) {
    const auto entry = results.find(what);
    if (entry != results.end() && entry->second.reference() && entry->second.executor == executor
        && present(what.job.ledger))
      wanted.push_back(what);
  }
  return wanted;
}

void result_relay::flush(instant, relay_effects& fx) {
  auto& s = *state_;
  // Only what present homes have not acknowledged yet holds credit back: they need none to do so.
  const bool withhold = s.present_bytes > s.limits.memory_bytes;
  for (const auto& ledger : std::exchange(s.news, {})) {
    if (!s.present(ledger))
      continue; // its next link begins anew
    auto& peer = s.peers.at(ledger);
    auto& executor = peer.executor;
    emit_refs<result_ack>(ledger, peer.link, std::exchange(executor.acks, {}), 0, fx);
    if (withhold && executor.taken != executor.announced) {
      s.news.insert(ledger); // until the memory is there
    } else if (executor.taken != executor.announced) {
      executor.announced = executor.taken;
      fx.emit(to_node{ledger, peer.link, executor.taken});
    }
    if (s.settings.result_period_ms > 0)
      continue; // on_result_period sends the rest
    emit_refs<result_request>(ledger, peer.link, s.collect_wanted(ledger, peer), 0, fx);
    for (auto& batch : s.collect(peer, fx))
      fx.emit(to_node{ledger, peer.link, std::move(batch)});
  }
}

void result_relay::on_result_period(const ledger_id& executor, std::vector<attempt_ref> missing,
                                    instant, relay_effects& fx) {
  auto& s = *state_;
  if (!s.present(executor))
    return;
  auto& peer = s.peers[executor];
  auto wanted = s.collect_wanted(executor, peer);
  for (const auto& what : missing) // what is known here needs no asking, or is among `wanted`
    if (!s.results.contains(what))
      wanted.push_back(what);
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  auto batches = s.collect(peer, fx);
  if (wanted.empty() && batches.empty())
    return;
  const auto together = std::min(packet_refs, wanted.size());
  result_exchange exchange;
  exchange.wanted.attempts.assign(wanted.begin(),
                                  wanted.begin() + static_cast<std::ptrdiff_t>(together));
  if (!batches.empty())
    exchange.results = std::move(batches.front());
  fx.emit(to_node{executor, peer.link, std::move(exchange)});
  emit_refs<result_request>(executor, peer.link, wanted, together, fx);
  for (std::size_t i = 1; i < batches.size(); ++i)
    fx.emit(to_node{executor, peer.link, std::move(batches[i])});
}

} // namespace evenkeel::core
