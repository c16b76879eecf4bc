// The loop of every shell: a core's effects go to the store, its outputs come out when their commit
// is through (commit_gate.hpp).
// Owns: the effects being collected and the outputs that wait. Must not know: any particular core.
#pragma once

#include "actors/clock.hpp"
#include "actors/core/commit_gate.hpp"
#include "actors/local_interfaces.hpp"
#include "persistence/codec.hpp"

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace evenkeel {

template <class Output>
class step {
public:
  step() = default;
  step(store_actor store, commit_tag tag) : store_(std::move(store)), tag_(tag) {}

  /// Where the core puts its effects until the next `commit_and_take`.
  core::effects<Output> fx;

  /// Sends what was collected to the store; returns all outputs that may leave now.
  template <class Self>
  std::vector<Output> commit_and_take(Self* self) {
    if (!fx.empty()) {
      const auto number = gate_.accept(fx);
      if (number != 0) {
        if (in_flight_.empty() || in_flight_.back().first != number)
          in_flight_.emplace_back(number, read_clock().steady_us);
        self->send(store_,
                   commit{caf::actor_cast<store_client>(self), tag_, number,
                          fx.needed == core::durability::synced, persistence::encode(fx.changes)});
      }
      fx = {};
    }
    return gate_.take();
  }

  void on_committed(std::uint64_t number) {
    while (!in_flight_.empty() && in_flight_.front().first <= number)
      in_flight_.pop_front();
    gate_.committed(number);
  }

  [[nodiscard]] commit_tag tag() const { return tag_; }
  [[nodiscard]] bool pending() const { return gate_.pending(); }
  /// Age of the oldest commit that is not through, in ms; 0: none.
  [[nodiscard]] std::uint32_t lag_ms(core::instant now) const {
    if (in_flight_.empty())
      return 0;
    return static_cast<std::uint32_t>((now.steady_us - in_flight_.front().second)
                                      / core::us_per_ms);
  }

private:
  store_actor store_;
  commit_tag tag_ = 0;
  core::commit_gate<Output> gate_;
  std::deque<std::pair<std::uint64_t, std::int64_t>> in_flight_; ///< number, steady_us
};

template <class... Functions>
struct overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
overloaded(Functions...) -> overloaded<Functions...>;

} // namespace evenkeel
