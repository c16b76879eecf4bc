// Outputs wait for their commit (design section 3): the queue between a core's effects and the
// world. Owns the outputs whose changes are not durable yet. Must not know what an output is or who
// commits.
#pragma once

#include "actors/core/effects.hpp"

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace evenkeel::core {

/// Usage per step: `accept` the effects; send the changes to the store under the number that it
/// returned (0: nothing to commit); call `committed` with the store's answers; after either, `take`
/// and carry out what has become free.
template <class Output>
class commit_gate {
public:
  /// Takes the outputs of one step. Returns the number under which `step.changes` must be
  /// committed, or 0 when there are none.
  std::uint64_t accept(effects<Output>& step) {
    const auto number = step.changes.empty() ? 0 : ++last_number_;
    for (auto& output : step.at_once)
      free_.push_back(std::move(output));
    if (number == 0 && waiting_.empty()) {
      for (auto& output : step.outputs)
        free_.push_back(std::move(output));
    } else {
      waiting_.push_back({last_number_, std::move(step.outputs)});
    }
    return number;
  }

  /// Commits are acknowledged in order; `number` covers every one below it.
  void committed(std::uint64_t number) {
    if (number > committed_)
      committed_ = number;
    while (!waiting_.empty() && waiting_.front().number <= committed_) {
      for (auto& output : waiting_.front().outputs)
        free_.push_back(std::move(output));
      waiting_.pop_front();
    }
  }

  /// The outputs that may leave now, in order.
  std::vector<Output> take() { return std::exchange(free_, {}); }

  /// True while a commit is outstanding.
  [[nodiscard]] bool pending() const { return committed_ < last_number_; }
  [[nodiscard]] std::uint64_t last_number() const { return last_number_; }

private:
  struct held_step {
    std::uint64_t number = 0;
    std::vector<Output> outputs;
  };
  std::uint64_t last_number_ = 0;
  std::uint64_t committed_ = 0;
  std::deque<held_step> waiting_;
  std::vector<Output> free_;
};

} // namespace evenkeel::core
