#include "scenario/free_port.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <stdexcept>

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

} // namespace

std::uint16_t free_port() {
  constexpr int tries = 1000;
  std::random_device device; // parallel runs should not meet
  std::uniform_int_distribution<std::uint16_t> any{20'000, 32'000};
  for (int i = 0; i < tries; ++i)
    if (const auto port = any(device); is_free(port))
      return port;
  throw std::runtime_error("there is no free port from 20000 to 32000");
}

} // namespace evenkeel::scenario
