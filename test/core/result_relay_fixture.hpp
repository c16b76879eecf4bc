// A result relay with a disk that keeps what it is told, and everything that it says, by receiver.
#pragma once

#include "actors/core/result_relay.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::core::test {

inline constexpr std::uint64_t max_packet = 192ULL << 10U;

inline ledger_id relay_node(std::uint64_t n) {
  return {n, n};
}
inline attempt_ref ref_of(const ledger_id& home, std::uint64_t sequence, std::uint64_t number = 1) {
  return {{home, sequence}, {1, number}};
}
inline travelling_result result_of(const attempt_ref& what, std::size_t out_bytes = 10) {
  travelling_result made{what.job, {}};
  made.result.assigned = what.assigned;
  made.result.out = std::string(out_bytes, 'x');
  return made;
}
inline std::uint64_t bytes_of(const travelling_result& made) {
  return size_of(made.result);
}
inline std::vector<attempt_ref> refs_in(const result_batch& batch) {
  std::vector<attempt_ref> refs;
  for (const auto& item : batch.results)
    refs.push_back({item.job, item.result.assigned});
  return refs;
}
template <class T>
void append(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

struct relay_fixture {
  result_relay relay;
  std::map<record::key, record::value> disk;
  std::vector<to_node> messages; ///< since last asked for
  std::vector<record::key> loads;
  std::vector<attempt_ref> gone;
  durability needed = durability::none; ///< of the last step
  std::map<ledger_id, std::uint64_t> links;
  std::uint64_t last_link = 0;

  explicit relay_fixture(cluster_settings settings = {}, relay_limits limits = {})
      : relay{settings, limits} {}

  template <class Step>
  void run(Step step) {
    relay_effects fx;
    step(fx);
    relay.flush({}, fx);
    needed = fx.needed;
    for (auto& change : fx.changes) {
      if (change.content)
        disk.insert_or_assign(change.where, *change.content);
      else
        disk.erase(change.where);
    }
    for (auto& output : fx.outputs)
      std::visit([this](auto& item) { keep(item); }, output);
    CHECK(relay.check_invariants() == "");
  }
  void keep(to_node& item) { messages.push_back(std::move(item)); }
  void keep(load_record& item) { loads.push_back(item.where); }
  void keep(results_gone& item) { append(gone, item.attempts); }
  void keep(note&) {}

  void up(const ledger_id& node) {
    links[node] = ++last_link;
    node_up event;
    event.ledger = node;
    event.link = last_link;
    run([&](auto& fx) { relay.on_node_up(event, {}, fx); });
  }
  void down(const ledger_id& node) {
    run([&](auto& fx) { relay.on_node_down({node, links[node], false}, {}, fx); });
    links[node] = 0;
  }
  void say(const ledger_id& node, node_message content) {
    run([&](auto& fx) { relay.on_message({node, links[node], std::move(content)}, {}, fx); });
  }
  void give(const ledger_id& executor, std::vector<travelling_result> results) {
    say(executor, result_batch{0, std::move(results)});
  }
  void ack(const ledger_id& home, std::vector<attempt_ref> refs) {
    say(home, result_ack{std::move(refs)});
  }
  void give_up(const ledger_id& executor) {
    run([&](auto& fx) { relay.on_executor_given_up(executor, fx); });
  }
  void period(const ledger_id& node, const std::vector<attempt_ref>& missing) {
    run([&](auto& fx) { relay.on_result_period(node, missing, {}, fx); });
  }
  void answer_loads() {
    for (const auto& key : std::exchange(loads, {})) {
      const auto found = disk.find(key);
      const auto* content = found == disk.end() ? nullptr : &found->second;
      run([&](auto& fx) { relay.on_loaded(key, content, {}, fx); });
    }
  }
  /// The process dies: what is on disk is all that is left.
  void restart(cluster_settings settings = {}, relay_limits limits = {}) {
    relay = result_relay{settings, limits};
    links.clear();
    messages.clear();
    for (const auto& [key, value] : disk)
      relay.recover(value);
    CHECK(relay.check_invariants() == "");
  }

  /// Messages of one type that went to a node; they are taken away.
  template <class Message>
  std::vector<Message> take(const ledger_id& node) {
    std::vector<Message> found;
    std::vector<to_node> others;
    for (auto& message : messages) {
      if (auto* content = std::get_if<Message>(&message.content);
          content && message.ledger == node) {
        CHECK(message.link == links[node]);
        found.push_back(std::move(*content));
      } else {
        others.push_back(std::move(message));
      }
    }
    messages = std::move(others);
    return found;
  }
  std::vector<attempt_ref> results_for(const ledger_id& node) {
    std::vector<attempt_ref> refs;
    for (const auto& batch : take<result_batch>(node))
      append(refs, refs_in(batch));
    return refs;
  }
  std::vector<attempt_ref> acks_for(const ledger_id& node) {
    std::vector<attempt_ref> refs;
    for (const auto& message : take<result_ack>(node))
      append(refs, message.attempts);
    return refs;
  }
  std::vector<attempt_ref> requests_for(const ledger_id& node) {
    std::vector<attempt_ref> refs;
    for (const auto& message : take<result_request>(node))
      append(refs, message.attempts);
    return refs;
  }
};

} // namespace evenkeel::core::test
