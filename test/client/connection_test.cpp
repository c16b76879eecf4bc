#include "client/connection.hpp"

#include <doctest/doctest.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

using namespace evenkeel::client;

namespace {

deadline soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(10);
}

/// A listening socket on 127.0.0.1 whose owner does nothing.
struct listener {
  listener() {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    REQUIRE(bind(descriptor, reinterpret_cast<sockaddr*>(&where), size) == 0);
    REQUIRE(listen(descriptor, 5) == 0);
    REQUIRE(getsockname(descriptor, reinterpret_cast<sockaddr*>(&where), &size) == 0);
    port = ntohs(where.sin_port);
  }
  ~listener() { close(descriptor); }
  /// Takes the next connection, writes `text` into it and closes it for writing.
  void answer(const std::string& text) const {
    const int one = accept(descriptor, nullptr, nullptr);
    REQUIRE(write(one, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    shutdown(one, SHUT_WR);
    close(one);
  }
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port = 0;
};

} // namespace

TEST_CASE("replies come one by one and a closed connection is told after the last") {
  const listener node;
  connection client{"127.0.0.1", node.port, soon()};
  node.answer("+OK pong\n+OK count=1\na=1\n.\n");
  CHECK(client.receive(soon()).line == "+OK pong");
  CHECK(client.receive(soon()).body == "a=1\n");
  try {
    client.receive(soon());
    FAIL("there was a third reply");
  } catch (const connection_lost& lost) {
    CHECK_FALSE(lost.timed_out);
    CHECK(std::string(lost.what()).find("127.0.0.1:") == 0);
  }
}

TEST_CASE("silence ends with the deadline and is told apart from a closed connection") {
  const listener node;
  connection client{"localhost", node.port, soon()};
  try {
    client.ask("PING", std::chrono::steady_clock::now());
    FAIL("there was a reply");
  } catch (const connection_lost& lost) {
    CHECK(lost.timed_out);
  }
}

TEST_CASE("a refused connection is one sentence that names the node") {
  std::uint16_t port = 0;
  {
    const listener gone;
    port = gone.port;
  }
  CHECK_THROWS_WITH_AS(connection("127.0.0.1", port, soon()),
                       ("127.0.0.1:" + std::to_string(port) + ": Connection refused").c_str(),
                       connection_lost);
}
