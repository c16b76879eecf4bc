#include "actors/jobs/command_queue.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::jobs {

void command_queue::push(command_request request) {
  const std::scoped_lock lock{guard_};
  waiting_.push_back(std::move(request));
}

std::optional<command_request> command_queue::take(const std::function<void(std::uint64_t)>& note) {
  const std::scoped_lock lock{guard_};
  if (waiting_.empty())
    return std::nullopt;
  auto first = std::move(waiting_.front());
  waiting_.pop_front();
  if (note)
    note(first.token);
  return first;
}

bool command_queue::withdraw(std::uint64_t token) {
  const std::scoped_lock lock{guard_};
  const auto found = std::ranges::find(waiting_, token, &command_request::token);
  if (found == waiting_.end())
    return false;
  waiting_.erase(found);
  return true;
}

} // namespace evenkeel::jobs
