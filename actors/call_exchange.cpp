#include "actors/call_exchange.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel {

void call_exchange::push(function_call call) {
  const std::scoped_lock lock{guard_};
  calls_.push_back(std::move(call));
}

std::optional<function_call> call_exchange::take() {
  const std::scoped_lock lock{guard_};
  if (calls_.empty() || held_)
    return std::nullopt;
  auto call = std::move(calls_.front());
  calls_.pop_front();
  return call;
}

bool call_exchange::withdraw(const attempt_ref& what) {
  const std::scoped_lock lock{guard_};
  const auto found = std::ranges::find(calls_, what, &function_call::what);
  if (found == calls_.end())
    return false;
  calls_.erase(found);
  return true;
}

std::size_t call_exchange::waiting() const {
  const std::scoped_lock lock{guard_};
  return calls_.size();
}

void call_exchange::hold(bool on) {
  const std::scoped_lock lock{guard_};
  held_ = on;
}

bool call_exchange::report(job_ended end) {
  const std::scoped_lock lock{guard_};
  ends_.push_back(std::move(end));
  return ends_.size() == 1;
}

std::vector<job_ended> call_exchange::collect() {
  const std::scoped_lock lock{guard_};
  return std::exchange(ends_, {});
}

} // namespace evenkeel
