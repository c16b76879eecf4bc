#include "actors/client_gateway.hpp"

#include "actors/client_connection.hpp"
#include "actors/client_session.hpp"
#include "actors/clock.hpp"
#include "actors/core/byte_toll.hpp"
#include "actors/core/connection_quota.hpp"
#include "actors/descriptor_limit.hpp"
#include "actors/gateway_inbox.hpp"
#include "actors/log.hpp"
#include "messages/line_budget.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <caf/actor_companion.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <utility>

namespace evenkeel {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto accept_pause = std::chrono::milliseconds(100);
constexpr std::size_t descriptors_kept = 256; ///< for LevelDB, jobs' pipes, the cluster
constexpr int handlers_a_turn = 256;
constexpr std::size_t max_leaving = 64; ///< turned away, and what they send is still being dropped
constexpr std::uint64_t discard_limit = 65536;

std::size_t sessions_allowed(std::size_t wanted) {
  const auto limit = raise_descriptor_limit();
  return std::min(wanted, limit > 2 * descriptors_kept ? limit - descriptors_kept : limit / 2);
}

/// A session, and where it counts.
struct guest {
  std::unique_ptr<client_session> session;
  std::string address; ///< empty: it is not counted
  std::string owner;   ///< of its token; empty: none was shown yet
  core::token_digest token{};
};

} // namespace

struct client_gateway::state : std::enable_shared_from_this<client_gateway::state> {
  explicit state(const gateway_settings& settings)
      : acceptor(context), pause(context),
        max_sessions(sessions_allowed(settings.limits.max_sessions)),
        addresses(settings.limits.max_of_address), owners(settings.limits.max_of_token),
        bytes_of_addresses(settings.limits.max_bytes_a_second),
        bytes_of_owners(settings.limits.max_bytes_a_second), tokens(settings.tokens),
        identity(settings.identity), log(settings.log) {
    listen(settings);
  }

  void listen(const gateway_settings& settings) {
    boost::system::error_code error;
    tcp::resolver resolver{context};
    const auto where = resolver.resolve(settings.address, std::to_string(settings.port), error);
    if (!error) {
      const auto endpoint = where.begin()->endpoint();
      acceptor.open(endpoint.protocol(), error);
      if (!error)
        acceptor.set_option(tcp::acceptor::reuse_address(true), error);
      if (!error)
        acceptor.bind(endpoint, error);
      if (!error)
        acceptor.listen(asio::socket_base::max_listen_connections, error);
    }
    if (error)
      throw std::runtime_error("cannot listen for clients on " + settings.address + ":"
                               + std::to_string(settings.port) + ": " + error.message());
  }

  void accept() {
    acceptor.async_accept(
        [self = shared_from_this()](const boost::system::error_code& error, tcp::socket socket) {
          if (self->stopped)
            return;
          if (error) { // out of descriptors, say: without the pause this would burn a core
            self->pause.expires_after(accept_pause);
            self->pause.async_wait([self](const boost::system::error_code&) { self->accept(); });
            return;
          }
          self->serve(std::move(socket));
          self->accept();
        });
  }

  void serve(tcp::socket socket) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    const auto peer = socket.remote_endpoint(ignored).address();
    if (sessions.size() >= max_sessions)
      return turn_away(socket, peer, "too many connections");
    const auto counted = peer.is_loopback() ? std::string{} : peer.to_string();
    if (!counted.empty() && !addresses.enter(counted))
      return turn_away(socket, peer, "too many connections from your address");
    const auto number = ++last_session;
    auto session = std::make_unique<client_session>(
        number, new_address(number), client_socket{std::move(socket), identity.get()},
        [this](session_requests requests) { asked.push_back(std::move(requests)); },
        lookup_for(number, peer.to_string()), toll_for(number));
    session->start([this, number] { forget(number); });
    if (debug_is_on())
      log.line(core::note::level::debug, "client " + std::to_string(number) + " is here");
    sessions.emplace(number, guest{std::move(session), counted, {}});
  }

  /// Where clients are to speak TLS, the end of the connection says it: a handshake for each would
  /// cost more than what is refused, and plain words are no TLS. What the client has sent meanwhile
  /// is read: a reset in return could take our word away again.
  void turn_away(tcp::socket& socket, const asio::ip::address& peer, const std::string& why) {
    if (const auto line = turned_away.take(
            "turned away a client at " + peer.to_string() + ": " + why, read_clock().steady_us))
      log.line(core::note::level::warning, *line);
    if (identity && !peer.is_loopback())
      return;
    const auto last = std::make_shared<client_connection>(client_socket{std::move(socket), {}});
    last->write("-BUSY " + why + "; try later\n");
    if (leaving == max_leaving)
      return last->abandon();
    ++leaving;
    last->start({{}, {}, {}, {}, [this] { --leaving; }});
    last->finish(discard_limit);
  }

  token_lookup lookup_for(std::uint64_t number, const std::string& peer) {
    if (!tokens)
      return {};
    return [this, number, peer](const std::string& token) {
      const auto digest = sha256(token);
      const auto* found = tokens->find(digest);
      if (found == nullptr) {
        if (const auto line = wrong_tokens.take(
                "a client at " + peer + " showed a token that is nobody's", read_clock().steady_us))
          log.line(core::note::level::warning, *line);
        return token_answer{};
      }
      const bool room = owners.enter(found->name);
      if (room) {
        sessions.at(number).owner = found->name;
        sessions.at(number).token = digest;
      }
      return token_answer{found, room};
    };
  }

  input_toll toll_for(std::uint64_t number) {
    if (!bytes_of_addresses.limits())
      return {};
    return [this, number](std::size_t bytes) {
      const auto& from = sessions.at(number);
      const auto now_us = read_clock().steady_us;
      std::uint64_t rest_us = 0;
      if (!from.address.empty())
        rest_us = bytes_of_addresses.take(from.address, bytes, now_us);
      if (!from.owner.empty())
        rest_us = std::max(rest_us, bytes_of_owners.take(from.owner, bytes, now_us));
      return std::chrono::microseconds(rest_us);
    };
  }

  void replace_tokens(std::shared_ptr<const token_book> now) {
    const auto before = std::exchange(tokens, std::move(now));
    for (auto& [number, one] : sessions) {
      if (one.owner.empty())
        continue;
      const auto* access = tokens->find(one.token);
      const bool still = access != nullptr && access->name == one.owner; // jobs go by the name
      one.session->on_access_changed(still ? access : nullptr);
    }
  }

  /// An actor whose messages come to this thread.
  client_session_actor new_address(std::uint64_t number) const {
    const auto companion = system->spawn<caf::actor_companion>();
    caf::actor_cast<caf::actor_companion*>(companion)->on_enqueue(
        [to = inbox, number](caf::mailbox_element_ptr message) {
          to->push(number, std::move(message));
        });
    return caf::actor_cast<client_session_actor>(companion);
  }

  void receive(gateway_inbox::item& item) {
    const auto found = sessions.find(item.session);
    if (found == sessions.end())
      return;
    auto content = item.message->move_content_to_message();
    caf::message_handler{[&](std::vector<numbered_answer>& answers) {
      found->second.session->on_answers(std::move(answers));
    }}(content);
  }

  void forget(std::uint64_t number) {
    if (debug_is_on())
      log.line(core::note::level::debug, "client " + std::to_string(number) + " is gone");
    send_requests(); // none may come behind the end of its session
    caf::anon_send(node, session_closed{number});
    const auto found = sessions.find(number);
    auto* companion = caf::actor_cast<caf::actor_companion*>(found->second.session->address());
    companion->on_enqueue(nullptr);
    companion->cleanup(caf::exit_reason::normal, nullptr);
    if (!found->second.address.empty())
      addresses.leave(found->second.address);
    if (!found->second.owner.empty())
      owners.leave(found->second.owner);
    sessions.erase(found);
  }

  /// Requests of one turn of the loop go to the node together.
  void run() {
    while (context.run_one() > 0) {
      for (int more = 0; more < handlers_a_turn && context.poll_one() > 0; ++more) {
      }
      send_requests();
    }
    inbox->close();
  }

  void send_requests() {
    if (!asked.empty())
      caf::anon_send(node, std::exchange(asked, {}));
  }

  asio::io_context context{1};
  tcp::acceptor acceptor;
  asio::steady_timer pause;
  std::size_t max_sessions;
  core::connection_quota addresses;
  core::connection_quota owners;
  core::byte_toll bytes_of_addresses;
  core::byte_toll bytes_of_owners;
  line_budget wrong_tokens;
  line_budget turned_away;
  std::size_t leaving = 0;                              ///< see max_leaving
  std::shared_ptr<const token_book> tokens;             ///< null: clients need none
  std::shared_ptr<const tls::server_identity> identity; ///< null: everybody speaks plainly
  std::shared_ptr<gateway_inbox> inbox = std::make_shared<gateway_inbox>(
      context, [this](gateway_inbox::item& item) { receive(item); });
  std::vector<session_requests> asked; ///< in this turn of the loop
  std::uint64_t last_session = 0;
  caf::actor_system* system = nullptr;
  node_service node;
  std::thread thread;
  logger log;
  bool stopped = false;                              ///< on the gateway's thread
  std::unordered_map<std::uint64_t, guest> sessions; ///< by number
};

client_gateway::client_gateway(const gateway_settings& settings)
    : state_(std::make_shared<state>(settings)) {}

client_gateway::~client_gateway() {
  stop();
}

std::uint16_t client_gateway::port() const {
  return state_->acceptor.local_endpoint().port();
}

void client_gateway::start(caf::actor_system& system, const node_service& node) {
  state_->system = &system;
  state_->node = node;
  state_->accept();
  state_->thread = std::thread([all = state_] { all->run(); });
}

void client_gateway::replace_tokens(std::shared_ptr<const token_book> tokens) {
  asio::post(state_->context, [all = state_, now = std::move(tokens)]() mutable {
    if (all->tokens && now)
      all->replace_tokens(std::move(now));
  });
}

void client_gateway::stop() {
  if (!state_->thread.joinable())
    return;
  constexpr auto last_words = std::chrono::milliseconds(200);
  asio::post(state_->context, [all = state_, last_words] {
    all->stopped = true;
    boost::system::error_code ignored;
    all->acceptor.close(ignored);
    all->pause.expires_after(last_words);
    all->pause.async_wait([all](const boost::system::error_code&) { all->context.stop(); });
  });
  state_->thread.join();
}

} // namespace evenkeel
