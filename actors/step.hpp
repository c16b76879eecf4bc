// A shell's loop around its core (core/step.hpp), with the store actor as the disk.
// Must not know: any particular core.
#pragma once

#include "actors/clock.hpp"
#include "actors/core/step.hpp"
#include "actors/local_interfaces.hpp"
#include "messages/overloaded.hpp"
#include "persistence/codec.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace evenkeel {

template <class Output>
class step {
public:
  step() = default;
  step(store_actor store, commit_tag tag) : store_(std::move(store)), tag_(tag) {}

  /// Where the core puts its effects until the next `commit_and_take`.
  core::effects<Output>& fx() { return loop_.fx; }

  /// Sends what was collected to the store; returns all outputs that may leave now.
  template <class Self>
  std::vector<Output> commit_and_take(Self* self) {
    return loop_.commit_and_take(
        read_clock(), [&](std::uint64_t number, bool sync, const auto& changes) {
          self->send(store_, commit{caf::actor_cast<store_client>(self), tag_, number, sync,
                                    persistence::encode(changes)});
        });
  }

  void on_committed(std::uint64_t number) { loop_.on_committed(number); }

  [[nodiscard]] commit_tag tag() const { return tag_; }
  [[nodiscard]] bool pending() const { return loop_.pending(); }
  [[nodiscard]] std::uint32_t lag_ms(core::instant now) const { return loop_.lag_ms(now); }

private:
  store_actor store_;
  commit_tag tag_ = 0;
  core::step<Output> loop_;
};

} // namespace evenkeel
