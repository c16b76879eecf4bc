#include "client/connection.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

namespace evenkeel::client {

namespace {

std::string text_of(int error) {
  return std::generic_category().message(error);
}

/// For poll: at least 1 while the deadline lies ahead.
int milliseconds_until(deadline until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      until - std::chrono::steady_clock::now());
  constexpr std::chrono::milliseconds longest{1'000'000};
  return static_cast<int>(std::clamp(left, std::chrono::milliseconds{0}, longest).count());
}

} // namespace

connection::connection(const std::string& host, std::uint16_t port, deadline until)
    : name_(host + ":" + std::to_string(port)) {
  try {
    connect(host, port, until);
  } catch (...) {
    if (socket_ >= 0)
      close(socket_);
    throw;
  }
}

connection::~connection() {
  close(socket_);
}

void connection::connect(const std::string& host, std::uint16_t port, deadline until) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto problem = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (problem != 0)
    fail(gai_strerror(problem));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner{found, freeaddrinfo};
  int error = 0;
  for (const auto* one = found; one != nullptr; one = one->ai_next)
    if ((error = try_address(*one, until)) == 0)
      return;
  fail(text_of(error));
}

int connection::try_address(const addrinfo& where, deadline until) {
  if (socket_ >= 0)
    close(socket_);
  socket_ = socket(where.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0)
    return errno;
  if (::connect(socket_, where.ai_addr, where.ai_addrlen) != 0) {
    if (errno != EINPROGRESS)
      return errno;
    await(POLLOUT, until);
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0)
      return error;
  }
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return 0;
}

void connection::await(short events, deadline until) {
  pollfd wanted{socket_, events, 0};
  const auto ready = poll(&wanted, 1, milliseconds_until(until));
  if (ready < 0)
    fail(text_of(errno));
  if (ready == 0)
    fail("no answer in time", true);
}

void connection::send(std::string_view requests, deadline until) {
  while (!requests.empty()) {
    const auto sent = ::send(socket_, requests.data(), requests.size(), MSG_NOSIGNAL);
    if (sent > 0)
      requests.remove_prefix(static_cast<std::size_t>(sent));
    else if (errno != EAGAIN && errno != EINTR)
      fail(text_of(errno));
    else {
      // Replies that nobody reads would stop the node from reading.
      await(POLLIN | POLLOUT, until);
      read_some();
    }
  }
}

void connection::read_some() {
  std::array<char, 65'536> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  const auto size = recv(socket_, buffer.data(), buffer.size(), 0);
  if (size > 0)
    replies_.feed({buffer.data(), static_cast<std::size_t>(size)});
  else if (size == 0)
    fail("closed by the node");
  else if (errno != EAGAIN && errno != EINTR)
    fail(text_of(errno));
}

reply connection::receive(deadline until) {
  while (true) {
    if (const auto next = replies_.next())
      return *next;
    if (replies_.broken())
      fail("what answers is not an Evenkeel node");
    await(POLLIN, until);
    read_some();
  }
}

reply connection::ask(std::string_view request, deadline until) {
  send(std::string(request) + '\n', until);
  return receive(until);
}

void connection::fail(const std::string& why, bool timed_out) const {
  throw connection_lost(name_ + ": " + why, timed_out);
}

} // namespace evenkeel::client
