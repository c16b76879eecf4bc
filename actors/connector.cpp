#include "actors/connector.hpp"

#include "tls/probe.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <caf/io/all.hpp>
#include <caf/openssl/all.hpp>

#include <chrono>
#include <set>
#include <utility>

namespace evenkeel {

namespace {

constexpr auto connect_timeout = std::chrono::seconds(3);

std::string probe_plain(const std::string& host, std::uint16_t port,
                        std::chrono::milliseconds timeout) {
  namespace asio = boost::asio;
  asio::io_context context;
  asio::ip::tcp::resolver resolver{context};
  boost::system::error_code failed;
  const auto where = resolver.resolve(host, std::to_string(port), failed);
  if (failed)
    return host + ": " + failed.message();
  asio::ip::tcp::socket socket{context};
  bool over = false;
  asio::async_connect(socket, where, [&](const boost::system::error_code& error, const auto&) {
    failed = error;
    over = true;
  });
  context.run_for(timeout);
  const auto address = host + ":" + std::to_string(port);
  if (!over)
    return address + ": no answer within " + std::to_string(timeout.count()) + " ms";
  return failed ? address + ": " + failed.message() : std::string{};
}

/// Hosts listen at cluster ports as well. Asks for one handler alone: what else a proxy of another
/// version understands is for its answer to the join to say.
bool takes_joins(const caf::actor_system& system, const std::set<std::string>& handlers) {
  return system.assignable<caf::typed_actor<caf::reacts_to<join, node_actor>>>(handlers);
}

} // namespace

std::string probe_cluster_port(const std::string& host, std::uint16_t port,
                               const std::shared_ptr<const tls::credentials>& ours,
                               std::chrono::milliseconds timeout) {
  return ours ? tls::probe(host, port, *ours, timeout) : probe_plain(host, port, timeout);
}

caf::io::middleman_actor connection_maker(caf::actor_system& system,
                                          const std::shared_ptr<const tls::credentials>& ours) {
  return ours ? system.openssl_manager().actor_handle() : system.middleman().actor_handle();
}

connector_actor::behavior_type connector(connector_actor::stateful_pointer<connector_state> self,
                                         std::string host, std::uint16_t port,
                                         std::shared_ptr<const tls::credentials> ours) {
  return {
      [self, host = std::move(host), port, ours = std::move(ours)](const core::connect_now&) {
        const auto asker = caf::actor_cast<node_service>(self->current_sender());
        if (auto why = probe_cluster_port(host, port, ours); !why.empty()) {
          self->send(asker, connect_failed{std::move(why)});
          return;
        }
        const auto no_proxy = host + ":" + std::to_string(port)
                              + ": whoever listens there does not answer as a proxy";
        self->request(connection_maker(self->system(), ours), connect_timeout,
                      caf::connect_atom::value, host, port)
            .then(
                [self, asker, no_proxy](const caf::node_id&, const caf::strong_actor_ptr& found,
                                        const std::set<std::string>& handlers) {
                  if (found && takes_joins(self->system(), handlers))
                    self->send(asker, proxy_connected{caf::actor_cast<proxy_actor>(found)});
                  else
                    self->send(asker, connect_failed{no_proxy});
                },
                [self, asker, no_proxy](const caf::error&) { // "system_error(...)" helps nobody
                  self->send(asker, connect_failed{no_proxy});
                });
      },
  };
}

} // namespace evenkeel
