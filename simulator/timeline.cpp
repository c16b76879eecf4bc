#include "simulator/timeline.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::simulator {

bool timeline::later(const event& a, const event& b) {
  return a.at_us != b.at_us ? a.at_us > b.at_us : a.number > b.number;
}

void timeline::after(std::int64_t delay_us, action what) {
  heap_.push_back({now_us_ + std::max<std::int64_t>(delay_us, 0), next_number_++, std::move(what)});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

bool timeline::step() {
  if (heap_.empty())
    return false;
  std::pop_heap(heap_.begin(), heap_.end(), later);
  auto next = std::move(heap_.back());
  heap_.pop_back();
  now_us_ = next.at_us;
  ++happened_;
  next.what();
  return true;
}

} // namespace evenkeel::simulator
