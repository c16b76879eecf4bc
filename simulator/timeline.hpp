// Virtual time: what happens when, in an order that follows from the inputs alone.
// Owns: the events to come. Must not know: what they do.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace evenkeel::simulator {

using action = std::function<void()>;

inline constexpr std::int64_t us_per_s = 1'000'000;

class timeline {
public:
  [[nodiscard]] std::int64_t now_us() const { return now_us_; }
  /// Events of one instant happen in the order in which they were added.
  void after(std::int64_t delay_us, action what);
  /// The next event happens now. False: there is none.
  bool step();
  [[nodiscard]] std::uint64_t events() const { return happened_; }

private:
  struct event {
    std::int64_t at_us = 0;
    std::uint64_t number = 0;
    action what;
  };
  static bool later(const event& a, const event& b);

  std::vector<event> heap_;
  std::int64_t now_us_ = 1'000'000;
  std::uint64_t next_number_ = 0;
  std::uint64_t happened_ = 0;
};

} // namespace evenkeel::simulator
