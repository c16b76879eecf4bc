#include "scenario/port_reserve.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <stdexcept>
#include <string>

namespace evenkeel::scenario {

namespace {

bool is_free(std::uint16_t port) {
  const int one = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = bind(one, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
  close(one);
  return bound;
}

/// A name that only one socket of this machine can have, and that goes with it; -1: it is taken.
int claim(std::uint16_t port) {
  const auto name = "evenkeel-port-" + std::to_string(port);
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  std::ranges::copy(name, where.sun_path + 1); // behind a NUL: not in the file system
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  const int one = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (bind(one, reinterpret_cast<const sockaddr*>(&where), size) == 0)
    return one;
  close(one);
  return -1;
}

} // namespace

port_reserve::~port_reserve() {
  for (const int one : claims_)
    close(one);
}

std::uint16_t port_reserve::take() {
  constexpr int tries = 1000;
  std::random_device device;
  std::uniform_int_distribution<std::uint16_t> any{20'000, 32'000};
  for (int i = 0; i < tries; ++i) {
    const auto port = any(device);
    const int ours = claim(port);
    if (ours < 0)
      continue;
    claims_.push_back(ours);
    if (is_free(port))
      return port;
  }
  throw std::runtime_error("there is no free port from 20000 to 32000");
}

} // namespace evenkeel::scenario
