#include "scenario/waiting.hpp"

#include <algorithm>
#include <thread>

namespace evenkeel::scenario {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds shortest_look{5};
constexpr std::chrono::milliseconds longest_look{50};

} // namespace

std::chrono::milliseconds waiting::stretched(std::chrono::milliseconds time) const {
  return std::chrono::milliseconds{
      static_cast<std::chrono::milliseconds::rep>(static_cast<double>(time.count()) * patience)};
}

void waiting::throw_if_stopped() const {
  if (stop != nullptr && *stop)
    throw interrupted{};
}

bool waiting::until(std::chrono::milliseconds within, const std::function<bool()>& is_so) const {
  const auto end = clock::now() + stretched(within);
  for (auto look = shortest_look;; look = std::min(look * 2, longest_look)) {
    throw_if_stopped();
    tend();
    if (is_so())
      return true;
    if (clock::now() >= end)
      return false;
    std::this_thread::sleep_for(look);
  }
}

void waiting::pause(std::chrono::milliseconds time) const {
  const auto end = clock::now() + time;
  while (clock::now() < end) {
    throw_if_stopped();
    tend();
    std::this_thread::sleep_for(std::min<clock::duration>(longest_look, end - clock::now()));
  }
}

} // namespace evenkeel::scenario
