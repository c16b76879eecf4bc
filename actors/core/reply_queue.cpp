#include "actors/core/reply_queue.hpp"

#include <utility>

namespace evenkeel::core {

namespace {

constexpr std::size_t idle_capacity = 16;

} // namespace

void reply_queue::push(owed_reply reply) {
  held_bytes_ += reply.text.size();
  owed_.push_back(std::move(reply));
}

owed_reply* reply_queue::find(std::uint64_t number) {
  if (number < first_number_ || number >= next_number())
    return nullptr;
  return &owed_[first_ + static_cast<std::size_t>(number - first_number_)];
}

void reply_queue::pop() {
  held_bytes_ -= front().text.size();
  front() = {};
  ++first_;
  ++first_number_;
  if (first_ == owed_.size()) {
    owed_.clear();
    first_ = 0;
    if (owed_.capacity() > idle_capacity)
      std::vector<owed_reply>{}.swap(owed_);
  } else if (first_ > owed_.size() / 2) {
    owed_.erase(owed_.begin(), owed_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

} // namespace evenkeel::core
