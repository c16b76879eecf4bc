// When an executor works on what has happened: at the end of each run of inputs, or, while commands
// wait for its slots so that nothing is urgent, on many inputs together. Owns: how many are held
// back. Must not know: inputs, timers, jobs.
#pragma once

#include <chrono>
#include <cstdint>

namespace evenkeel::core {

class input_hold {
public:
  static constexpr auto longest = std::chrono::milliseconds(4);
  static constexpr std::uint32_t most = 64; ///< the last of them is worked on with the others

  enum class decision : std::uint8_t {
    flush, ///< now, behind what has come already
    timer, ///< hold; `longest` from now flush, whatever has come by then
    hold   ///< a timer runs
  };

  /// One more input has come. `urgent`: no commands wait.
  decision on_input(bool urgent) {
    if (urgent || ++held_ >= most)
      return decision::flush;
    return held_ == 1 ? decision::timer : decision::hold;
  }
  void on_flush() { held_ = 0; }
  /// Inputs are held that nobody has worked on.
  [[nodiscard]] bool holds() const { return held_ != 0; }

private:
  std::uint32_t held_ = 0; ///< since the last flush
};

} // namespace evenkeel::core
