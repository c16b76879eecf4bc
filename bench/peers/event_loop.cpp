#include "bench/peers/event_loop.hpp"

#include "scenario/waiting.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace evenkeel::bench {

namespace {

std::string last_error() {
  return std::generic_category().message(errno);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return where;
}

void send_at_once(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

} // namespace

event_loop::event_loop(const std::atomic<bool>* stop)
    : stop_(stop), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0)
    throw connection_lost("no epoll set: " + last_error());
}

event_loop::~event_loop() {
  if (listener_ >= 0)
    close(listener_);
  close(epoll_);
}

stream& event_loop::connect(std::uint16_t port, const std::string& name, stream::handler on_input) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto where = loopback(port);
  if (socket < 0
      || ::connect(socket, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
    const auto why = last_error();
    close(socket);
    throw connection_lost(name + ": cannot connect to port " + std::to_string(port) + ": " + why);
  }
  fcntl(socket, F_SETFL, O_NONBLOCK);
  return add(socket, name, std::move(on_input));
}

void event_loop::listen(std::uint16_t port, std::function<stream::handler()> make_handler) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto where = loopback(port);
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0
      || ::listen(listener_, SOMAXCONN) != 0)
    throw connection_lost("cannot listen on port " + std::to_string(port) + ": " + last_error());
  make_handler_ = std::move(make_handler);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event);
}

stream& event_loop::add(int socket, const std::string& name, stream::handler on_input) {
  send_at_once(socket);
  auto made = std::make_unique<stream>(socket, name, std::move(on_input));
  auto& one = *made;
  streams_.emplace(&one, std::move(made));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &one;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0)
    throw connection_lost(name + ": cannot be watched: " + last_error());
  return one;
}

void event_loop::watch(stream& one, bool writing) {
  if (one.wants_to_write == writing)
    return;
  one.wants_to_write = writing;
  epoll_event event{};
  event.events = EPOLLIN;
  if (writing)
    event.events |= EPOLLOUT;
  event.data.ptr = &one;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, one.socket(), &event);
}

void event_loop::flush(stream& one) {
  watch(one, !one.flush());
}

void event_loop::accept_one() {
  const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (socket >= 0)
    add(socket, "a client", make_handler_());
}

void event_loop::handle(stream& one, std::uint32_t events) {
  if ((events & ~std::uint32_t{EPOLLOUT}) != 0) {
    bool open = false;
    try {
      open = one.fill();
    } catch (const connection_lost&) {
      if (!make_handler_)
        throw;
    }
    if (!open) {
      if (!make_handler_)
        throw connection_lost(one.name() + " has closed a connection");
      streams_.erase(&one);
      return;
    }
    one.handle();
  }
  touched_.push_back(&one);
}

void event_loop::run_once(std::chrono::milliseconds longest) {
  std::array<epoll_event, 128> events; // NOLINT(cppcoreguidelines-pro-type-member-init)
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                               static_cast<int>(longest.count()));
  if (stop_ != nullptr && *stop_)
    throw scenario::interrupted{};
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    if (event.data.ptr == nullptr)
      accept_one();
    else
      handle(*static_cast<stream*>(event.data.ptr), event.events);
  }
  for (auto* one : touched_)
    flush(*one);
  touched_.clear();
}

} // namespace evenkeel::bench
