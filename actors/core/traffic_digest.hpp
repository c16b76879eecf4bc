// What passed between a proxy and its nodes since the last line of debug output: counts, for
// people. One line a second at most, however many jobs there are. Must not know: what any of it
// means.
#pragma once

#include "actors/core/proxy_effects.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace evenkeel::core {

class traffic_digest {
public:
  void on_node_up(const node_up& node) { names_[node.ledger] = node.name; }
  void on_node_down(const node_down& node) { names_.erase(node.ledger); }
  void on_incoming(const node_message& content);
  /// Of a node that is not up: not counted, since it is dropped.
  void on_outgoing(const to_node& message);

  /// "passed: 12 submitted, 12 to run (a 6, b 6), 9 results taken"; nothing while there is nothing
  /// to tell, and within a second of the last line.
  std::optional<std::string> line(instant now);

private:
  enum what : std::size_t {
    submitted,
    cancelled,
    to_run,
    called_back,
    to_stop,
    given_back,
    lost,
    taken,
    delivered,
    questions,
    count
  };
  void add(what kind, std::size_t number) { counts_.at(kind) += number; }
  [[nodiscard]] std::string nodes() const;

  std::map<ledger_id, std::string> names_;         ///< of the nodes that are up
  std::map<std::string, std::uint64_t> to_run_at_; ///< by the node's name
  std::array<std::uint64_t, count> counts_{};
  std::optional<std::int64_t> told_us_;
};

} // namespace evenkeel::core
