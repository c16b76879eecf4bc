// The loop of every shell around a core that writes: effects are collected, their changes go to a
// disk under a number, outputs come out when their commit is through (commit_gate.hpp).
// Owns: the effects being collected, the outputs that wait. Must not know: the disk, the clock.
#pragma once

#include "actors/core/commit_gate.hpp"

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace evenkeel::core {

template <class Output>
class step {
public:
  /// Where the core puts its effects until the next `commit_and_take`.
  effects<Output> fx;

  /// Hands over what was collected: `commit(number, sync, changes)` is called if there is anything
  /// for the disk; `on_committed` follows. Returns all outputs that may leave now.
  template <class Commit>
  std::vector<Output> commit_and_take(instant now, Commit&& commit) {
    if (!fx.empty()) {
      const auto number = gate_.accept(fx);
      if (number != 0) {
        in_flight_.emplace_back(number, now.steady_us);
        commit(number, fx.needed == durability::synced, fx.changes);
      }
      fx = {};
    }
    return gate_.take();
  }

  /// Everything up to `number` is as durable as asked.
  void on_committed(std::uint64_t number) {
    while (!in_flight_.empty() && in_flight_.front().first <= number)
      in_flight_.pop_front();
    gate_.committed(number);
  }

  [[nodiscard]] bool pending() const { return gate_.pending(); }
  /// Age of the oldest commit that is not through, in ms; 0: none.
  [[nodiscard]] std::uint32_t lag_ms(instant now) const {
    if (in_flight_.empty())
      return 0;
    return static_cast<std::uint32_t>((now.steady_us - in_flight_.front().second) / us_per_ms);
  }

private:
  commit_gate<Output> gate_;
  std::deque<std::pair<std::uint64_t, std::int64_t>> in_flight_; ///< number, steady_us
};

} // namespace evenkeel::core
