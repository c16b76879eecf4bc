#include "apps/ports.hpp"

#include "actors/clock.hpp"
#include "actors/core/spawn_list.hpp"
#include "actors/disk.hpp"
#include "actors/log.hpp"
#include "actors/loopback.hpp"
#include "apps/options.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <charconv>
#include <stdexcept>
#include <utility>

namespace evenkeel::apps {

void require_free_port(const std::string& address, std::uint16_t port) {
  namespace asio = boost::asio;
  asio::io_context context;
  asio::ip::tcp::resolver resolver{context};
  asio::ip::tcp::acceptor acceptor{context};
  boost::system::error_code error;
  const auto found = resolver.resolve(address, std::to_string(port), error);
  if (!error) {
    const auto endpoint = found.begin()->endpoint();
    acceptor.open(endpoint.protocol(), error);
    if (!error)
      acceptor.set_option(asio::ip::tcp::acceptor::reuse_address(true), error);
    if (!error)
      acceptor.bind(endpoint, error);
    if (!error)
      acceptor.listen(1, error);
  }
  if (error)
    throw std::runtime_error("cannot listen on " + address + ":" + std::to_string(port) + ": "
                             + error.message());
}

void require_safe_port(const std::string& address, bool plain_cluster, const tls::file_names& tls) {
  if (plain_cluster && !tls.none())
    throw CLI::ValidationError("--plain-cluster", "is for a cluster without TLS: leave out either "
                                                  "this or the --tls options");
  if (is_loopback(address) || plain_cluster || !tls.none())
    return;
  throw CLI::ValidationError(
      "--listen " + address,
      "without TLS the cluster port has no authentication; beyond loopback give --tls-cert, "
      "--tls-key and --tls-ca (evenkeel certs makes them), or --plain-cluster, which says that "
      "this network is trusted");
}

std::shared_ptr<const token_book> load_tokens(const std::string& file) {
  try {
    return std::make_shared<const token_book>(file);
  } catch (const std::runtime_error& error) {
    throw CLI::ValidationError("--tokens", error.what());
  }
}

std::function<void()>
token_reloader(const std::string& file, std::function<void()> check,
               std::function<void(const std::shared_ptr<const token_book>&)> take) {
  if (file.empty())
    return {};
  return [file, check = std::move(check), take = std::move(take)] {
    try {
      check();
      const auto tokens = std::make_shared<const token_book>(file);
      take(tokens);
      log_line(core::note::level::info,
               "clients need one of the " + std::to_string(tokens->size()) + " tokens of " + file);
    } catch (const std::runtime_error& error) {
      log_line(core::note::level::error,
               std::string("the tokens stay as they were: ") + error.what());
    }
  };
}

spawn_order parse_spawn(const std::string& text) {
  constexpr std::uint16_t default_client_port = 9000;
  const auto wrong = [&](const std::string& why) {
    return CLI::ValidationError("'" + text + "'", why + ": [NAME=]HOST:PORT is meant");
  };
  spawn_order order;
  order.client_port = default_client_port;
  auto place = text;
  if (const auto equals = text.find('='); equals != std::string::npos) {
    order.name = text.substr(0, equals);
    place = text.substr(equals + 1);
  }
  const auto colon = place.rfind(':');
  if (colon == std::string::npos || colon == 0)
    throw wrong("it has no port");
  order.host = place.substr(0, colon);
  const auto* end = place.data() + place.size();
  const auto [stop, error] = std::from_chars(place.data() + colon + 1, end, order.host_port);
  if (error != std::errc{} || stop != end || order.host_port == 0)
    throw wrong("its port is no number from 1 to 65535");
  if (order.name.empty())
    order.name = order.host + "-" + place.substr(colon + 1);
  if (const auto why = core::problem_with_node_name(order.name); !why.empty())
    throw CLI::ValidationError("'" + text + "'", why);
  return order;
}

incarnation fresh_incarnation() {
  return {static_cast<std::uint64_t>(read_clock().wall_ms), random_bits()};
}

} // namespace evenkeel::apps
