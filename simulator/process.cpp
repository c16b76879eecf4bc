#include "simulator/process.hpp"

#include <utility>

namespace evenkeel::simulator {

namespace {

constexpr std::int64_t wall_origin_ms = 1'700'000'000'000;

} // namespace

void process::begin() {
  ++life_;
  alive_ = true;
  frozen_ = false;
  held_.clear();
}

void process::end() {
  alive_ = false;
  frozen_ = false;
  held_.clear();
}

void process::thaw() {
  frozen_ = false;
  for (auto& what : std::exchange(held_, {}))
    after(0, std::move(what));
}

core::instant process::now() const {
  const auto now_us = time_->now_us() + skew_us_;
  return {now_us, wall_origin_ms + now_us / core::us_per_ms};
}

void process::after(std::int64_t delay_us, action what) {
  time_->after(delay_us, [this, life = life_, what = std::move(what)]() mutable {
    if (!alive_ || life_ != life)
      return;
    if (frozen_)
      held_.push_back(std::move(what));
    else
      what();
  });
}

void mailbox::post(action what) {
  waiting_.push_back(std::move(what));
  if (!std::exchange(scheduled_, true))
    owner_->after(hop_us_, [this] { drain(); });
}

void mailbox::drain() {
  for (auto count = waiting_.size(); count > 0 && owner_->running(); --count) {
    auto what = std::move(waiting_.front());
    waiting_.pop_front();
    what();
  }
  scheduled_ = !waiting_.empty();
  if (scheduled_)
    owner_->after(hop_us_, [this] { drain(); });
}

} // namespace evenkeel::simulator
