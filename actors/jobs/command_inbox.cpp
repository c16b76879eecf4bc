#include "actors/jobs/command_inbox.hpp"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace evenkeel::jobs {

command_inbox::command_inbox(std::size_t max_queued)
    : max_queued_(max_queued), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!wake_.valid())
    throw std::system_error(errno, std::generic_category(), "eventfd");
}

start_result command_inbox::offer(command_request request) {
  const std::lock_guard lock(mutex_);
  if (closing_)
    return start_result::closing;
  if (tokens_.contains(request.token))
    return start_result::token_used;
  if (starts_.size() >= max_queued_)
    return start_result::queue_full;
  tokens_.insert(request.token);
  starts_.push_back(std::move(request));
  wake();
  return start_result::accepted;
}

void command_inbox::stop(std::uint64_t token, grace_time grace) {
  const std::lock_guard lock(mutex_);
  if (!tokens_.contains(token)) // ended, or never there; this also bounds the list
    return;
  const auto queued = std::ranges::find(starts_, token, &command_request::token);
  if (queued != starts_.end()) {
    starts_.erase(queued);
    cancelled_.push_back(token);
  } else {
    const auto earlier = std::ranges::find(stops_, token, &stop_order::token);
    if (earlier == stops_.end())
      stops_.push_back({token, grace});
    else
      earlier->grace = std::min(earlier->grace, grace);
  }
  wake();
}

void command_inbox::stop_all(grace_time grace) {
  const std::lock_guard lock(mutex_);
  cancel_queued();
  stop_all_ = std::min(stop_all_.value_or(grace), grace);
  wake();
}

void command_inbox::close() {
  const std::lock_guard lock(mutex_);
  cancel_queued();
  closing_ = true;
  wake();
}

inbox_batch command_inbox::take(std::size_t max_starts) {
  inbox_batch batch;
  const std::lock_guard lock(mutex_);
  std::uint64_t ignored = 0;
  [[maybe_unused]] const auto size = ::read(wake_.get(), &ignored, sizeof ignored);
  const auto count = static_cast<std::ptrdiff_t>(std::min(max_starts, starts_.size()));
  batch.starts.assign(std::move_iterator(starts_.begin()),
                      std::move_iterator(starts_.begin() + count));
  starts_.erase(starts_.begin(), starts_.begin() + count);
  batch.cancelled.swap(cancelled_);
  batch.stops.swap(stops_);
  batch.stop_all.swap(stop_all_);
  batch.closing = closing_;
  batch.more = !starts_.empty();
  if (batch.more)
    wake();
  return batch;
}

void command_inbox::adopt(std::uint64_t token) {
  const std::lock_guard lock(mutex_);
  tokens_.insert(token);
}

void command_inbox::release(std::uint64_t token) {
  const std::lock_guard lock(mutex_);
  tokens_.erase(token);
}

std::size_t command_inbox::tokens_in_use() const {
  const std::lock_guard lock(mutex_);
  return tokens_.size();
}

void command_inbox::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto size = ::write(wake_.get(), &one, sizeof one);
}

void command_inbox::cancel_queued() {
  for (const auto& request : starts_)
    cancelled_.push_back(request.token);
  starts_.clear();
}

} // namespace evenkeel::jobs
