#include "test/jobs/launched.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <stdexcept>

namespace evenkeel::jobs::test {

namespace {

constexpr auto hang_limit = std::chrono::milliseconds(60'000);

} // namespace

command_request command(std::string shell_command) {
  command_request request;
  request.shell_command = std::move(shell_command);
  request.capture_limit = plenty;
  return request;
}

command_request script(std::string text) {
  command_request request;
  request.is_script = true;
  request.body = std::move(text);
  request.capture_limit = plenty;
  return request;
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator entries("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

fifo::fifo(int open_flags) {
  directory_ = (std::filesystem::temp_directory_path() / "evenkeel-XXXXXX").string();
  REQUIRE(::mkdtemp(directory_.data()) != nullptr);
  path_ = directory_ + "/pipe";
  REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
  ours_ = descriptor{::open(path_.c_str(), open_flags | O_CLOEXEC)};
  REQUIRE(ours_.valid());
}

fifo::~fifo() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

ear::ear() : fifo(O_RDONLY | O_NONBLOCK) {}

bool ear::wait_for_byte(char& byte) {
  pollfd waiting{ours_.get(), POLLIN, 0};
  if (::poll(&waiting, 1, static_cast<int>(hang_limit.count())) != 1)
    throw std::runtime_error("nobody wrote into the pipe");
  return ::read(ours_.get(), &byte, 1) == 1;
}

std::string ear::line() {
  std::string text;
  char next = 0;
  while (wait_for_byte(next) && next != '\n')
    text.push_back(next);
  return text;
}

void ear::wait_until_released() {
  char ignored = 0;
  while (wait_for_byte(ignored)) {
  }
}

trap::trap() : fifo(O_RDWR) {} // as a writer as well: there is no end of file

launched::launched(launcher_settings settings)
    : launcher_(std::make_unique<process_launcher>(
        [this](process_event event) { take(std::move(event)); }, std::move(settings))) {}

std::uint64_t launched::start(command_request request) {
  request.token = ++last_token_;
  REQUIRE(launcher_->start(std::move(request)) == start_result::accepted);
  return last_token_;
}

command_started launched::started(std::uint64_t token) {
  return wait_for(started_, token);
}

command_end launched::ended(std::uint64_t token) {
  return wait_for(ended_, token);
}

bool launched::has_started(std::uint64_t token) {
  const std::lock_guard lock(mutex_);
  return started_.contains(token);
}

bool launched::has_ended(std::uint64_t token) {
  const std::lock_guard lock(mutex_);
  return ended_.contains(token);
}

void launched::take(process_event event) {
  const std::lock_guard lock(mutex_);
  if (const auto* start = std::get_if<command_started>(&event))
    started_.emplace(start->token, *start);
  else
    ended_.insert_or_assign(std::get<command_end>(event).token, std::get<command_end>(event));
  changed_.notify_all();
}

template <class Event>
Event launched::wait_for(const std::map<std::uint64_t, Event>& events, std::uint64_t token) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, hang_limit, [&] { return events.contains(token); }))
    throw std::runtime_error("no event for token " + std::to_string(token));
  return events.at(token);
}

} // namespace evenkeel::jobs::test
