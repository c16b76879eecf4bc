#include "actors/tls_port.hpp"

#include "actors/local_interfaces.hpp"
#include "tls/accepted_session.hpp"
#include "tls/session_guard.hpp"

#include <caf/detail/socket_guard.hpp>
#include <caf/io/all.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/doorman_impl.hpp>
#include <caf/io/network/stream_impl.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace evenkeel {

namespace {

namespace network = caf::io::network;
using network::native_socket;
using network::rw_state;
using session_ptr = std::unique_ptr<tls::accepted_session>;
using progress = tls::accepted_session::progress;

constexpr std::chrono::seconds longest_handshake{3};
constexpr std::chrono::seconds watch_period{1};

/// What waits for the end of a handshake.
class handshake_listener {
public:
  virtual void on_writable_session() = 0;

protected:
  ~handshake_listener() = default;
};

/// How CAF's streams read and write.
class tls_policy {
public:
  tls_policy(session_ptr session, handshake_listener* listener)
      : session_(std::move(session)), listener_(listener) {}

  rw_state read_some(std::size_t& taken, native_socket, void* to, std::size_t size) {
    taken = 0;
    if (!session_->established()) {
      const auto how = session_->shake_hands();
      if (how != progress::done && how != progress::wants_output)
        return state_of(how);
      // Should its own part not fit into the socket, CAF tries again when it does.
      listener_->on_writable_session();
    }
    return size == 0 ? rw_state::indeterminate : state_of(session_->read(to, size, taken));
  }

  rw_state write_some(std::size_t& taken, native_socket, const void* from, std::size_t size) {
    taken = 0;
    return size == 0 ? rw_state::indeterminate : state_of(session_->write(from, size, taken));
  }

  bool must_read_more(native_socket, std::size_t threshold) {
    return session_->pending() >= threshold;
  }

private:
  /// "Success" with no byte taken: CAF waits for the next event.
  static rw_state state_of(progress how) {
    const bool over = how == progress::broken || how == progress::ended;
    return over ? rw_state::failure : rw_state::success;
  }

  session_ptr session_;
  handshake_listener* listener_;
};

/// A connection for CAF's broker, which may write at once: that is kept until it can be sent.
class tls_scribe final : public caf::io::scribe, public handshake_listener {
public:
  tls_scribe(network::default_multiplexer& backend, native_socket socket, session_ptr session)
      : scribe(network::conn_hdl_from_socket(socket)), writable_(session->established()),
        stream_(backend, socket, std::move(session), this) {}

  void configure_read(caf::io::receive_policy::config config) override {
    stream_.configure_read(config);
    if (!std::exchange(launched_, true))
      stream_.start(this);
  }
  void ack_writes(bool enable) override { stream_.ack_writes(enable); }
  std::vector<char>& wr_buf() override { return writable_ ? stream_.wr_buf() : kept_; }
  std::vector<char>& rd_buf() override { return stream_.rd_buf(); }
  void flush() override {
    if (writable_)
      stream_.flush(this);
  }
  void graceful_shutdown() override {
    stream_.graceful_shutdown();
    detach(&stream_.backend(), false);
  }
  std::string addr() const override {
    auto known = network::remote_addr_of_fd(stream_.fd());
    return known ? *known : std::string{};
  }
  std::uint16_t port() const override {
    auto known = network::remote_port_of_fd(stream_.fd());
    return known ? *known : std::uint16_t{0};
  }
  void add_to_loop() override { stream_.activate(this); }
  void remove_from_loop() override { stream_.passivate(); }
  void on_writable_session() override {
    if (std::exchange(writable_, true))
      return;
    stream_.wr_buf() = std::exchange(kept_, {});
    stream_.flush(this);
  }

private:
  bool launched_ = false;
  bool writable_; ///< a handshake may have been over before there was a scribe
  std::vector<char> kept_;
  network::stream_impl<tls_policy> stream_;
};

class tls_doorman final : public network::doorman_impl {
public:
  tls_doorman(network::default_multiplexer& backend, native_socket socket,
              tls::session_settings settings)
      : network::doorman_impl(backend, socket), settings_(std::move(settings)) {}

  bool new_connection() override {
    caf::detail::socket_guard accepted{acceptor_.accepted_socket()};
    if (detached())
      return false;
    const auto socket = acceptor_.accepted_socket();
    network::nonblocking(socket, true);
    auto session = std::make_unique<tls::accepted_session>(settings_.get(), socket);
    if (session->shake_hands() == progress::broken) { // from here on its time is counted
      session.reset();                                // before its socket is closed
      return false;
    }
    auto connection =
        caf::make_counted<tls_scribe>(acceptor_.backend(), socket, std::move(session));
    accepted.release();
    const auto handle = connection->hdl();
    parent()->add_scribe(std::move(connection));
    return doorman::new_connection(&acceptor_.backend(), handle);
  }

private:
  tls::session_settings settings_;
};

/// As long as `whom` lives.
caf::behavior handshake_watch(caf::event_based_actor* self, const caf::strong_actor_ptr& whom) {
  self->monitor(whom);
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); });
  self->delayed_send(self, watch_period, tick_atom::value);
  return {
      [self](tick_atom) {
        tls::end_handshakes_older_than(longest_handshake);
        self->delayed_send(self, watch_period, tick_atom::value);
      },
  };
}

tls::session_settings settings_of(const tls::credentials& ours) {
  auto made = ours.settings();
  if (!made)
    throw std::runtime_error("OpenSSL: " + tls::take_problem());
  SSL_CTX_set_session_cache_mode(made.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(made.get(), 0); // each link shows its certificate anew
  return made;
}

} // namespace

caf::expected<std::uint16_t> publish_by_tls(caf::actor_system& system,
                                            const caf::strong_actor_ptr& whom,
                                            std::set<std::string> interfaces, std::uint16_t port,
                                            const std::string& address,
                                            const tls::credentials& ours) {
  auto settings = settings_of(ours);
  auto socket = network::new_tcp_acceptor_impl(port, address.c_str(), true);
  if (!socket)
    return std::move(socket.error());
  // CAF's openssl module runs with this backend only.
  auto& backend = dynamic_cast<network::default_multiplexer&>(system.middleman().backend());
  caf::io::doorman_ptr opened =
      caf::make_counted<tls_doorman>(backend, *socket, std::move(settings));
  const auto bound = opened->port();
  const auto broker = system.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"));
  caf::anon_send(broker, caf::publish_atom::value, std::move(opened), bound, whom,
                 std::move(interfaces));
  system.spawn<caf::hidden>(handshake_watch, whom);
  return bound;
}

} // namespace evenkeel
