// One operating system process: it lives, is frozen, is killed, lives again. Whatever it had going
// ends with its life, and waits while it is frozen.
// Must not know: what runs in it.
#pragma once

#include "actors/core/effects.hpp"
#include "simulator/timeline.hpp"

#include <cstdint>
#include <deque>
#include <vector>

namespace evenkeel::simulator {

class process {
public:
  /// `skew_us`: where its clocks differ from the timeline.
  process(timeline& time, std::int64_t skew_us) : time_{&time}, skew_us_{skew_us} {}
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  void begin();
  void end();
  void freeze() { frozen_ = alive_; }
  /// What should have happened meanwhile happens now, in order.
  void thaw();

  [[nodiscard]] bool alive() const { return alive_; }
  [[nodiscard]] bool frozen() const { return frozen_; }
  [[nodiscard]] bool running() const { return alive_ && !frozen_; }
  /// Counts its starts.
  [[nodiscard]] std::uint64_t life() const { return life_; }
  [[nodiscard]] core::instant now() const;

  /// A timer, or an input that takes so long to come. Not in a later life.
  void after(std::int64_t delay_us, action what);

private:
  timeline* time_;
  std::int64_t skew_us_;
  std::uint64_t life_ = 0;
  bool alive_ = false;
  bool frozen_ = false;
  std::vector<action> held_; ///< due while frozen
};

/// An actor's mailbox: what is posted happens in order, a little later; what is posted meanwhile
/// comes behind it.
class mailbox {
public:
  mailbox(process& owner, std::int64_t hop_us) : owner_{&owner}, hop_us_{hop_us} {}
  void post(action what);

private:
  void drain();

  process* owner_;
  std::int64_t hop_us_;
  std::deque<action> waiting_;
  bool scheduled_ = false;
};

} // namespace evenkeel::simulator
