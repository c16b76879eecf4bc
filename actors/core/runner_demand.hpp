// How many runners are woken for home calls that were handed out together. One that is busy with
// such calls takes more of them, and waking another costs more than a few short ones take. Owns:
// the calls for which nobody was woken yet. Must not know: runners, slots.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace evenkeel::core {

class runner_demand {
public:
  static constexpr std::uint64_t us_for_a_runner = 100; ///< of calls; below, waking takes longer

  void on_call(std::uint32_t expected_us) {
    ++calls_;
    expected_us_ += expected_us;
  }
  [[nodiscard]] bool any() const { return calls_ != 0; }
  /// How many to wake beside those that are busy, and nothing is left to wake for. `others_run`:
  /// some may be busy with what takes long.
  std::size_t take(std::size_t busy, bool others_run) {
    const auto wanted = 1 + static_cast<std::size_t>(expected_us_ / us_for_a_runner);
    const auto lacking = others_run ? calls_ : wanted - std::min(wanted, busy);
    const auto more = std::min(calls_, lacking);
    calls_ = 0;
    expected_us_ = 0;
    return more;
  }

private:
  std::size_t calls_ = 0;
  std::uint64_t expected_us_ = 0;
};

} // namespace evenkeel::core
