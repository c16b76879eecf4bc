#include "tls/session_guard.hpp"

#include "messages/line_budget.hpp"
#include "tls/handles.hpp"

#include <openssl/err.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace evenkeel::tls {

namespace {

using clock = std::chrono::steady_clock;
constexpr std::size_t most_handshakes = 256;

struct handshake {
  int socket = -1;  ///< -1: shut down
  std::string peer; ///< at which port, and who
  clock::time_point since;
};

/// Handshakes of accepted connections that are under way.
class handshakes {
public:
  /// Ends the oldest if there are too many. Whoever reads from what was shut down closes it; until
  /// `end` nobody else gets the descriptor.
  void begin(const SSL* session, handshake started) {
    const std::lock_guard lock{mutex_};
    if (open_.size() >= most_handshakes) {
      const auto oldest =
          std::min_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
            return std::pair{a.second.socket < 0, a.second.since}
                   < std::pair{b.second.socket < 0, b.second.since};
          });
      shutdown(std::exchange(oldest->second.socket, -1), SHUT_RDWR);
    }
    open_[session] = std::move(started);
  }

  void shut_down_begun_by(clock::time_point latest) {
    const std::lock_guard lock{mutex_};
    for (auto& [session, one] : open_)
      if (one.since <= latest && one.socket >= 0)
        shutdown(std::exchange(one.socket, -1), SHUT_RDWR);
  }

  /// If this one was under way.
  std::optional<handshake> end(const SSL* session) {
    const std::lock_guard lock{mutex_};
    auto ended = open_.extract(session);
    return ended ? std::optional{std::move(ended.mapped())} : std::nullopt;
  }

  bool contains(const SSL* session) {
    const std::lock_guard lock{mutex_};
    return open_.contains(session);
  }

private:
  std::mutex mutex_;
  std::map<const SSL*, handshake> open_;
};

class refusals {
public:
  void tell(std::string who_and_why) {
    const auto now =
        std::chrono::duration_cast<std::chrono::microseconds>(clock::now().time_since_epoch());
    std::optional<std::string> line;
    {
      const std::lock_guard lock{mutex_};
      line = budget_.take(std::move(who_and_why), now.count());
    }
    if (line)
      listener(*line);
  }

  std::function<void(const std::string&)> listener; ///< set before the first session

private:
  std::mutex mutex_;
  line_budget budget_;
};

/// Never destroyed: sessions of CAF's threads may outlive main.
struct guard {
  handshakes open;
  refusals refused;
};

guard& the_guard() {
  static auto* const only = new guard;
  return *only;
}

std::string peer_of(int socket) {
  sockaddr_storage where{};
  socklen_t size = sizeof where;
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&where), &size) != 0)
    return "somebody";
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (where.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(where);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return std::string(text.data()) + ":" + std::to_string(ntohs(v4.sin_port));
  }
  if (where.ss_family != AF_INET6)
    return "somebody";
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(where);
  inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  return "[" + std::string(text.data()) + "]:" + std::to_string(ntohs(v6.sin6_port));
}

/// Members of the cluster show a certificate, clients a token.
std::string port_of(const SSL* session) {
  const bool of_members = (SSL_get_verify_mode(session) & SSL_VERIFY_PEER) != 0;
  return of_members ? "the cluster port: " : "the client port: ";
}

std::string reason_of(const SSL* session) {
  if (const auto verified = SSL_get_verify_result(session); verified != X509_V_OK)
    return std::string("its certificate: ") + X509_verify_cert_error_string(verified);
  return ERR_peek_error() == 0 ? "it closed the connection" : take_problem();
}

/// The handshake has gone as far as it can for now.
void on_handshake_step(const SSL* session, int result) {
  if (result > 0)
    return;
  const auto error = SSL_get_error(session, result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
    return;
  auto& all = the_guard();
  if (const auto ended = all.open.end(session))
    all.refused.tell(ended->peer + ": "
                     + (ended->socket < 0 ? "its handshake took too long" : reason_of(session)));
  ERR_clear_error();
}

void on_event(const SSL* session, int what, int result) {
  if (SSL_get_fd(session) < 0) // not CAF's but our probe's, which reads its errors itself
    return;
  auto& open = the_guard().open;
  if ((what & SSL_CB_HANDSHAKE_START) != 0 && SSL_is_server(session) != 0
      && SSL_in_before(session) != 0)
    open.begin(session, {SSL_get_fd(session), port_of(session) + peer_of(SSL_get_fd(session)),
                         clock::now()});
  else if ((what & SSL_CB_HANDSHAKE_DONE) != 0)
    open.end(session);
  else if (what == SSL_CB_ACCEPT_EXIT || what == SSL_CB_CONNECT_EXIT)
    on_handshake_step(session, result);
  else if ((what & SSL_CB_ALERT) != 0 && !open.contains(session)) // it broke off later
    ERR_clear_error();
}

void on_new_session(void* session, void*, CRYPTO_EX_DATA*, int, long, void*) {
  SSL_set_info_callback(static_cast<SSL*>(session), on_event);
  SSL_set_min_proto_version(static_cast<SSL*>(session), TLS1_3_VERSION);
}

void on_freed_session(void* session, void*, CRYPTO_EX_DATA*, int, long, void*) {
  the_guard().open.end(static_cast<SSL*>(session));
  ERR_clear_error();
}

} // namespace

void guard_sessions(std::function<void(const std::string&)> on_refused) {
  the_guard().refused.listener = std::move(on_refused);
  if (SSL_get_ex_new_index(0, nullptr, on_new_session, nullptr, on_freed_session) < 0)
    throw std::runtime_error("OpenSSL: " + take_problem());
}

void end_handshakes_older_than(std::chrono::milliseconds age) {
  the_guard().open.shut_down_begun_by(clock::now() - age);
}

} // namespace evenkeel::tls
