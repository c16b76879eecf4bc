#include "actors/clock.hpp"

#include <chrono>

namespace evenkeel {

core::instant read_clock() {
  using namespace std::chrono;
  const auto steady = steady_clock::now().time_since_epoch();
  const auto wall = system_clock::now().time_since_epoch();
  return {duration_cast<microseconds>(steady).count(), duration_cast<milliseconds>(wall).count()};
}

} // namespace evenkeel
