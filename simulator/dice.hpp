// All randomness of a simulation: a stream that follows from its seed, on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace evenkeel::simulator {

class dice {
public:
  explicit dice(std::uint64_t seed) : engine_{seed} {}

  std::uint64_t bits() { return engine_(); }
  /// 0 to n - 1; n > 0.
  std::uint64_t below(std::uint64_t n) { return engine_() % n; }
  /// Both ends included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  /// Mostly short, now and then up to a hundred times as long.
  std::int64_t skewed(std::int64_t usual) {
    const auto stretch = below(100) == 0 ? 100 : below(10) == 0 ? 10 : 1;
    return between(usual / 2, usual) * stretch;
  }
  bool chance(std::uint64_t in_thousand) { return below(1000) < in_thousand; }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(below(from.size()))];
  }

private:
  std::mt19937_64 engine_;
};

} // namespace evenkeel::simulator
