// The inputs of the relay: links that come and go, results, acknowledgements, loaded records.
#include "actors/core/result_relay.hpp"

#include "actors/core/result_relay_state.hpp"

#include <iterator>
#include <utility>

namespace evenkeel::core {

result_relay::result_relay(cluster_settings settings, relay_limits limits)
    : state_(std::make_unique<state>()) {
  state_->settings = settings;
  state_->limits = limits;
}
result_relay::~result_relay() = default;
result_relay::result_relay(result_relay&&) noexcept = default;
result_relay& result_relay::operator=(result_relay&&) noexcept = default;

void result_relay::recover(const record::value& content) {
  const auto* found = std::get_if<record::waiting_result>(&content);
  if (found == nullptr)
    return;
  const attempt_ref what{found->job, found->result.assigned};
  const std::uint64_t bytes = size_of(found->result);
  auto& entry = state_->add(what, found->executor, bytes);
  if (!entry.reference())
    return;
  state_->count_stored(what, entry);
  const auto& home = state_->peers[what.job.ledger].home;
  if (home.memory_bytes + bytes <= state_->limits.absent_home_bytes
      && state_->memory_bytes + bytes <= state_->limits.memory_bytes)
    state_->keep_payload(what, entry, found->result);
}

// -- links ---------------------------------------------------------------------------------------

void result_relay::on_node_up(const node_up& node, instant, relay_effects& fx) {
  auto& s = *state_;
  s.take_down(node.ledger, fx);
  auto& peer = s.peers[node.ledger];
  peer.link = node.link;
  s.present_bytes += peer.home.memory_bytes;
  for (auto& [what, entry] : s.results) {
    const bool own = what.job.ledger == node.ledger;
    if (own && !entry.reference())
      s.make_ready(what, entry);
    else if (entry.reference() && (own || entry.executor == node.ledger))
      s.want(what, entry);
  }
}

void result_relay::on_node_down(const node_down& node, instant, relay_effects& fx) {
  if (state_->fits(node.ledger, node.link))
    state_->take_down(node.ledger, fx);
}

/// The link is gone: what was on it is so too. Results that only memory holds go to disk as far as
/// the home's window allows; the rest stays with the executors.
void result_relay::state::take_down(const ledger_id& ledger, relay_effects& fx) {
  if (!present(ledger))
    return;
  auto& peer = peers[ledger];
  present_bytes -= peer.home.memory_bytes;
  peer.link = 0;
  peer.executor = {};
  std::map<std::uint64_t, table::iterator> by_arrival;
  for (auto entry = first_of(ledger); entry != results.end() && entry->first.job.ledger == ledger;
       ++entry) {
    rest(entry->first, entry->second);
    if (entry->second.payload && !entry->second.on_disk)
      by_arrival.emplace(entry->second.order, entry);
  }
  for (const auto& [order, entry] : by_arrival) {
    auto& [what, result] = *entry;
    const bool room = absent_room(peer.home, result.bytes) && memory_bytes <= limits.memory_bytes;
    if (room || !result.held)
      store(what, result, fx); // the last copy is kept, limit or not
    else
      drop_payload(what, result);
  }
  make_room();
  prune(ledger);
}

void result_relay::on_executor_given_up(const ledger_id& executor, relay_effects& fx) {
  results_gone gone;
  auto& s = *state_;
  for (auto entry = s.results.begin(); entry != s.results.end();) {
    if (entry->second.executor != executor) {
      ++entry;
    } else if (entry->second.reference()) {
      gone.attempts.push_back(entry->first);
      entry = s.forget(entry, fx);
    } else {
      entry->second.held = false;
      ++entry;
    }
  }
  if (!gone.attempts.empty())
    fx.emit(std::move(gone));
}

void result_relay::on_retired(const ledger_id& home, relay_effects& fx) {
  auto& s = *state_;
  for (auto entry = s.first_of(home); entry != s.results.end() && entry->first.job.ledger == home;)
    entry = s.forget_everywhere(entry, fx);
}

// -- messages ------------------------------------------------------------------------------------

void result_relay::on_message(const from_node& message, instant, relay_effects& fx) {
  auto& s = *state_;
  const auto& from = message.ledger;
  if (!s.fits(from, message.link))
    return;
  if (const auto* batch = std::get_if<result_batch>(&message.content)) {
    for (const auto& content : batch->results)
      s.take_result(from, content, fx);
  } else if (const auto* acks = std::get_if<result_ack>(&message.content)) {
    for (const auto& what : acks->attempts)
      s.take_ack(from, what, fx);
  } else if (const auto* cancels = std::get_if<cancel_batch>(&message.content)) {
    for (const auto sequence : cancels->sequences)
      s.take_cancel(from, sequence, fx);
  } else if (const auto* released = std::get_if<release_batch>(&message.content)) {
    for (const auto& item : released->attempts)
      if (item.reason != release_reason::kept)
        s.take_release(from, item.what, fx);
  } else if (const auto* named = std::get_if<inventory>(&message.content)) {
    s.take_inventory(from, *named, fx);
    s.take_held(from, *named, fx);
  }
}

void result_relay::state::take_result(const ledger_id& executor, const travelling_result& content,
                                      relay_effects& fx) {
  const std::uint64_t bytes = size_of(content.result);
  auto& taken = peers[executor].executor.taken;
  news.insert(executor);
  ++taken.results;
  taken.bytes += bytes;
  const attempt_ref what{content.job, content.result.assigned};
  auto& entry = add(what, executor, bytes);
  entry.follows_on = 0;
  if (!entry.reference())
    return; // a duplicate: our copy is on its way, or waits for its home
  entry.bytes = bytes;
  if (present(what.job.ledger)) {
    keep_payload(what, entry, content.result);
    make_ready(what, entry);
    make_room();
  } else if (absent_room(peers[what.job.ledger].home, bytes)
             && memory_bytes + bytes <= limits.memory_bytes) {
    keep_payload(what, entry, content.result);
    store(what, entry, fx);
  }
}

/// It covers the job: attempts under other fences need not reach their home any more either.
void result_relay::state::take_ack(const ledger_id& home, const attempt_ref& what,
                                   relay_effects& fx) {
  if (what.job.ledger != home)
    return;
  for (auto entry = results.lower_bound({what.job, {}});
       entry != results.end() && entry->first.job == what.job;)
    entry = forget_everywhere(entry, fx);
}

/// The home wants no result of this job. Its executor may have let it go at our stop_batch, so that
/// a reference would wait for ever; or it still keeps it, and waits to hear that it need not. A
/// result that is here goes home all the same, and is acknowledged there.
void result_relay::state::take_cancel(const ledger_id& home, std::uint64_t sequence,
                                      relay_effects& fx) {
  const job_id job{home, sequence};
  for (auto entry = results.lower_bound({job, {}});
       entry != results.end() && entry->first.job == job;)
    entry = entry->second.reference() ? forget_everywhere(entry, fx) : std::next(entry);
}

/// Jobs that ended while the home was away, or whose acknowledgement met a duplicate on its way
/// here: after the end mark, references to jobs that it did not name are dropped (R7). All
/// references are older than the link: what comes while the home is here comes with its payload.
void result_relay::state::take_inventory(const ledger_id& home, const inventory& content,
                                         relay_effects& fx) {
  const auto& peer = peers[home];
  for (const auto& range : content.unfinished)
    for (auto entry = results.lower_bound({{home, range.first}, {}});
         entry != results.end() && entry->first.job <= job_id{home, range.last}; ++entry)
      entry->second.named_on = peer.link;
  if (!content.home_end)
    return;
  for (auto entry = first_of(home); entry != results.end() && entry->first.job.ledger == home;) {
    const auto& result = entry->second;
    const bool unwanted = result.reference() && result.named_on != peer.link;
    entry = unwanted ? forget_everywhere(entry, fx) : std::next(entry);
  }
}

/// What it names follows; who goes away before takes it along, so the name alone is kept already.
/// An executor that came back from a power cut may lack results that only it had: after its end
/// mark these jobs are to run again (R7), unless we have them. References are older than its link:
/// it sends results after it.
void result_relay::state::take_held(const ledger_id& executor, const inventory& content,
                                    relay_effects& fx) {
  auto& peer = peers[executor];
  const auto link = peer.link;
  for (const auto& held : content.held) {
    if (held.state != held_state::finished || peer.executor.acknowledged.contains(held.what))
      continue;
    auto& entry = add(held.what, executor, 0);
    entry.held_on = link;
    entry.follows_on = link;
  }
  if (!content.executor_end)
    return;
  peer.executor.reported = true;
  peer.executor.acknowledged.clear();
  results_gone gone;
  for (auto entry = results.begin(); entry != results.end();) {
    auto& result = entry->second;
    const bool lacks = result.executor == executor && result.held_on != link;
    if (lacks && result.reference()) {
      gone.attempts.push_back(entry->first);
      entry = forget(entry, fx);
      continue;
    }
    if (lacks)
      result.held = false; // ours is the only copy
    ++entry;
  }
  if (!gone.attempts.empty())
    fx.emit(std::move(gone));
}

/// It has let go of an attempt. Where that was finished, it was told to, or cannot read the result.
void result_relay::state::take_release(const ledger_id& executor, const attempt_ref& what,
                                       relay_effects& fx) {
  const auto entry = results.find(what);
  if (entry == results.end() || entry->second.executor != executor)
    return;
  if (!entry->second.reference()) {
    entry->second.held = false; // ours is the only copy
    return;
  }
  forget(entry, fx);
  fx.emit(results_gone{{what}});
}

void result_relay::state::want(const attempt_ref& what, const relayed_result& entry) {
  const auto executor = peers.find(entry.executor);
  if (executor != peers.end() && executor->second.link != 0
      && entry.follows_on != executor->second.link && present(what.job.ledger)) {
    executor->second.executor.wanted.insert(what);
    news.insert(executor->first);
  }
}

// -- the store -----------------------------------------------------------------------------------

void result_relay::on_loaded(const record::key& where, const record::value* content, instant,
                             relay_effects& fx) {
  auto& s = *state_;
  const auto entry = s.results.find(attempt_ref{where.job, where.number});
  if (where.type != record::kind::waiting_result || entry == s.results.end()
      || entry->second.payload || !entry->second.on_disk)
    return;
  const auto* found = content == nullptr ? nullptr : std::get_if<record::waiting_result>(content);
  if (found == nullptr) {
    s.take_lost_record(entry, fx);
    return;
  }
  auto& [what, result] = *entry;
  if (!s.present(what.job.ledger))
    return; // gone again meanwhile: loaded anew when it is back
  s.keep_payload(what, result, found->result);
  s.rest(what, result);
  s.make_ready(what, result);
  s.make_room();
}

void result_relay::state::take_lost_record(table::iterator entry, relay_effects& fx) {
  auto& [what, result] = *entry;
  fx.log(note::level::warning, "a stored result of job " + to_text(what.job.ledger) + "-"
                                   + std::to_string(what.job.sequence) + " cannot be read");
  rest(what, result);
  count_unstored(what, result);
  if (result.held) {
    want(what, result);
    return;
  }
  results_gone gone{{what}};
  forget(entry, fx);
  fx.emit(std::move(gone));
}

std::uint64_t result_relay::results_in_transit() const {
  return state_->results.size();
}

std::uint64_t result_relay::memory_bytes() const {
  return state_->memory_bytes;
}

} // namespace evenkeel::core
