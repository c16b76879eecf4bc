// How many commands the launchers get beyond those that have a slot: one for each of these, to be
// started where it ends, so that no slot is idle until the executor has heard of the end.
// Owns: how many run and how many are in line. Must not know: commands, slots.
#pragma once

#include <cstddef>

namespace evenkeel::core {

class command_places {
public:
  void on_start() { ++running_; }
  void on_end() { --running_; }
  void on_lined_up() { ++in_line_; }
  /// It was taken back, or starts (on_start), in the place of one that has ended or in a free slot.
  void on_left_line() { --in_line_; }

  [[nodiscard]] bool wants_in_line() const { return in_line_ < running_; }
  [[nodiscard]] std::size_t in_line() const { return in_line_; }

private:
  std::size_t running_ = 0;
  std::size_t in_line_ = 0;
};

} // namespace evenkeel::core
