#include "tls/session_guard.hpp"

#include "temporary_directory.hpp"
#include "tls/certificates.hpp"
#include "tls/credentials.hpp"

#include <doctest/doctest.h>
#include <openssl/err.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

using namespace evenkeel::tls;
using evenkeel::test::temporary_directory;

namespace {

using session = std::unique_ptr<SSL, freed_by<&SSL_free>>;

/// Of all tests here: the guard is for a whole process.
std::vector<std::string>& refused() {
  static std::vector<std::string> lines;
  return lines;
}

/// Two ends that can be talked over without waiting.
class pipe_pair {
public:
  pipe_pair() { REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()) == 0); }
  ~pipe_pair() {
    close(ends_[0]);
    close(ends_[1]);
  }
  pipe_pair(const pipe_pair&) = delete;
  pipe_pair& operator=(const pipe_pair&) = delete;
  [[nodiscard]] int server() const { return ends_[0]; }
  [[nodiscard]] int client() const { return ends_[1]; }

private:
  std::array<int, 2> ends_{};
};

struct fixture {
  fixture() {
    static const bool guarded = [] {
      guard_sessions([](const std::string& line) { refused().push_back(line); });
      return true;
    }();
    static_cast<void>(guarded);
    std::signal(SIGPIPE, SIG_IGN); // as all our processes do
    refused().clear();
    make_authority(home / "certs", {100, false});
    const auto host = make_host_certificate(home / "certs", "a", {100, false});
    ours = std::make_unique<credentials>(
        file_names{host.cert.string(), host.key.string(), (home / "certs/ca.crt").string()});
    settings = ours->settings();
  }

  session accept_from(const pipe_pair& ends) const {
    session made{SSL_new(settings.get())};
    SSL_set_fd(made.get(), ends.server());
    SSL_set_accept_state(made.get());
    SSL_accept(made.get());
    return made;
  }

  session connect_to(const pipe_pair& ends) const {
    session made{SSL_new(settings.get())};
    SSL_set_fd(made.get(), ends.client());
    SSL_set_connect_state(made.get());
    return made;
  }

  temporary_directory home;
  std::unique_ptr<credentials> ours;
  session_settings settings;
};

void shake_hands(SSL* server, SSL* client) {
  for (int i = 0;
       i < 10 && (SSL_is_init_finished(server) == 0 || SSL_is_init_finished(client) == 0); ++i) {
    SSL_do_handshake(client);
    SSL_do_handshake(server);
  }
  REQUIRE(SSL_is_init_finished(server) == 1);
}

/// What CAF does with a connection on which nothing has come.
int error_of_idle_read(SSL* healthy) {
  std::array<char, 16> buffer{};
  const auto size = SSL_read(healthy, buffer.data(), buffer.size());
  return SSL_get_error(healthy, size);
}

void say(int socket, const std::string& bytes) {
  REQUIRE(write(socket, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
}

bool closed_by_peer(int socket) {
  char byte = 0;
  return recv(socket, &byte, 1, MSG_DONTWAIT) == 0;
}

} // namespace

TEST_CASE_FIXTURE(fixture, "garbage on one connection does not break another one") {
  const pipe_pair good;
  const auto server = accept_from(good);
  const auto client = connect_to(good);
  shake_hands(server.get(), client.get());
  CHECK(error_of_idle_read(server.get()) == SSL_ERROR_WANT_READ);
  const pipe_pair bad;
  say(bad.client(), "GET / HTTP/1.0\r\n\r\n");
  const auto refused_session = accept_from(bad);
  CHECK(error_of_idle_read(server.get()) == SSL_ERROR_WANT_READ);
  CHECK(refused() == std::vector<std::string>{"the cluster port: somebody: http request"});
}

TEST_CASE_FIXTURE(fixture, "a peer that was killed does not break another one") {
  const pipe_pair good;
  const auto server = accept_from(good);
  const auto client = connect_to(good);
  shake_hands(server.get(), client.get());
  const pipe_pair dying;
  const auto served = accept_from(dying);
  const auto killed = connect_to(dying);
  shake_hands(served.get(), killed.get());
  shutdown(dying.client(), SHUT_WR);
  CHECK(error_of_idle_read(served.get()) != SSL_ERROR_WANT_READ);
  CHECK(error_of_idle_read(server.get()) == SSL_ERROR_WANT_READ);
  CHECK(refused().empty());
}

TEST_CASE_FIXTURE(fixture, "an older version than TLS 1.3 is refused") {
  const pipe_pair ends;
  const auto server = accept_from(ends);
  const auto client = connect_to(ends);
  SSL_set_min_proto_version(client.get(), TLS1_2_VERSION);
  SSL_set_max_proto_version(client.get(), TLS1_2_VERSION);
  SSL_do_handshake(client.get());
  SSL_do_handshake(server.get());
  CHECK(refused() == std::vector<std::string>{"the cluster port: somebody: unsupported protocol"});
  ERR_clear_error();
}

TEST_CASE_FIXTURE(fixture, "our own end of a broken session does not break another one") {
  const pipe_pair good;
  const auto server = accept_from(good);
  const auto client = connect_to(good);
  shake_hands(server.get(), client.get());
  const pipe_pair bad;
  const auto failing = connect_to(bad);
  SSL_do_handshake(failing.get());
  say(bad.server(), "whatever this is, it is not TLS");
  CHECK(SSL_do_handshake(failing.get()) < 1);
  CHECK(error_of_idle_read(server.get()) == SSL_ERROR_WANT_READ);
}

TEST_CASE_FIXTURE(fixture, "a link that stands is no handshake any more") {
  const pipe_pair good;
  const auto server = accept_from(good);
  const auto client = connect_to(good);
  shake_hands(server.get(), client.get());
  SSL_do_handshake(client.get()); // takes what came last
  std::vector<std::unique_ptr<pipe_pair>> ends;
  std::vector<session> sessions;
  for (int i = 0; i < 300; ++i) {
    ends.push_back(std::make_unique<pipe_pair>());
    sessions.push_back(accept_from(*ends.back()));
  }
  CHECK(error_of_idle_read(client.get()) == SSL_ERROR_WANT_READ);
  CHECK(error_of_idle_read(server.get()) == SSL_ERROR_WANT_READ);
}

TEST_CASE_FIXTURE(fixture, "there are never more than 256 handshakes at once") {
  std::vector<std::unique_ptr<pipe_pair>> ends;
  std::vector<session> sessions;
  for (int i = 0; i < 256; ++i) {
    ends.push_back(std::make_unique<pipe_pair>());
    sessions.push_back(accept_from(*ends.back()));
  }
  CHECK_FALSE(closed_by_peer(ends.front()->client()));
  ends.push_back(std::make_unique<pipe_pair>());
  sessions.push_back(accept_from(*ends.back()));
  CHECK(closed_by_peer(ends.front()->client()));
  CHECK_FALSE(closed_by_peer(ends.at(1)->client()));
  CHECK_FALSE(closed_by_peer(ends.back()->client()));
}

TEST_CASE_FIXTURE(fixture,
                  "a handshake that takes too long is ended, and a link that stands is not") {
  const pipe_pair good;
  const auto server = accept_from(good);
  const auto client = connect_to(good);
  shake_hands(server.get(), client.get());
  SSL_do_handshake(client.get()); // takes what came last
  error_of_idle_read(client.get());
  const pipe_pair silent;
  const auto waiting = accept_from(silent);
  end_handshakes_older_than(std::chrono::hours{1});
  CHECK_FALSE(closed_by_peer(silent.client()));
  end_handshakes_older_than(std::chrono::milliseconds{0});
  CHECK(closed_by_peer(silent.client()));
  CHECK_FALSE(closed_by_peer(good.client()));
  CHECK(error_of_idle_read(server.get()) == SSL_ERROR_WANT_READ);
  CHECK(SSL_do_handshake(waiting.get()) < 1);
  CHECK(refused()
        == std::vector<std::string>{"the cluster port: somebody: its handshake took too long"});
}

TEST_CASE_FIXTURE(fixture, "refused peers do not fill the log") {
  for (int i = 0; i < 1000; ++i) {
    const pipe_pair bad;
    say(bad.client(), "garbage, and quite a lot of it");
    accept_from(bad);
  }
  CHECK(refused().size() < 100);
}
