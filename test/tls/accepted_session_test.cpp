#include "tls/accepted_session.hpp"

#include "temporary_directory.hpp"
#include "tls/certificates.hpp"
#include "tls/credentials.hpp"

#include <doctest/doctest.h>
#include <openssl/err.h>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <memory>
#include <string>

using namespace evenkeel::tls;
using evenkeel::test::temporary_directory;
using progress = accepted_session::progress;

namespace {

struct fixture {
  fixture() {
    std::signal(SIGPIPE, SIG_IGN); // as all our processes do
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    make_authority(home / "certs", {100, false});
    const auto host = make_host_certificate(home / "certs", "a", {100, false});
    const credentials ours{
        file_names{host.cert.string(), host.key.string(), (home / "certs/ca.crt").string()}};
    settings = ours.settings();
    server = std::make_unique<accepted_session>(settings.get(), ends[0]);
    client.reset(SSL_new(settings.get()));
    SSL_set_fd(client.get(), ends[1]);
    SSL_set_connect_state(client.get());
  }
  ~fixture() {
    close(ends[0]);
    close(ends[1]);
  }
  fixture(const fixture&) = delete;
  fixture& operator=(const fixture&) = delete;

  void shake_hands() {
    CHECK(SSL_do_handshake(client.get()) < 1);
    CHECK(server->shake_hands() == progress::wants_input);
    CHECK(SSL_do_handshake(client.get()) == 1);
    CHECK(server->shake_hands() == progress::done);
  }

  temporary_directory home;
  std::array<int, 2> ends{};
  session_settings settings;
  std::unique_ptr<accepted_session> server;
  std::unique_ptr<SSL, freed_by<&SSL_free>> client;
  std::array<char, 64> buffer{};
  std::size_t taken = 1;
};

} // namespace

TEST_CASE_FIXTURE(fixture, "a session whose peer says nothing waits for input, not for output") {
  for (int i = 0; i < 3; ++i)
    CHECK(server->shake_hands() == progress::wants_input);
  CHECK_FALSE(server->established());
}

TEST_CASE_FIXTURE(fixture, "bytes pass both ways once hands are shaken") {
  shake_hands();
  CHECK(server->established());
  CHECK(server->read(buffer.data(), buffer.size(), taken) == progress::wants_input);
  CHECK(taken == 0);
  CHECK(SSL_write(client.get(), "question", 8) == 8);
  CHECK(server->read(buffer.data(), 3, taken) == progress::done);
  CHECK(std::string(buffer.data(), taken) == "que");
  CHECK(server->pending() == 5);
  CHECK(server->write("answer", 6, taken) == progress::done);
  CHECK(taken == 6);
  CHECK(SSL_read(client.get(), buffer.data(), 64) == 6);
}

TEST_CASE_FIXTURE(fixture, "a session waits for output when the socket is full") {
  shake_hands();
  const std::string much(64 * 1024, 'x');
  auto how = progress::done;
  for (int i = 0; i < 1000 && how == progress::done; ++i)
    how = server->write(much.data(), much.size(), taken);
  CHECK(how == progress::wants_output);
  CHECK(taken == 0);
}

TEST_CASE_FIXTURE(fixture, "garbage breaks a session, and leaves no error behind") {
  REQUIRE(write(ends[1], "GET / HTTP/1.0\r\n\r\n", 18) == 18);
  CHECK(server->shake_hands() == progress::broken);
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE_FIXTURE(fixture, "an established session is broken by its peer's end") {
  shake_hands();
  shutdown(ends[1], SHUT_WR);
  CHECK(server->read(buffer.data(), buffer.size(), taken) == progress::broken);
  CHECK(ERR_peek_error() == 0);
}
