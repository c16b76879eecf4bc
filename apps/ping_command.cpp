// evenkeel ping: is this node, or this proxy, there? For health checks.
#include "actors/system_config.hpp"
#include "apps/commands.hpp"
#include "apps/find_proxy.hpp"
#include "apps/tls_options.hpp"
#include "client/connection.hpp"

#include <caf/all.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace evenkeel::apps {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::uint16_t default_proxy_port = 8080;
constexpr const char* examples = R"(
A node answers with or without its proxy; no token is needed. With --proxy the variables are
EVENKEEL_PROXY_HOST and EVENKEEL_PROXY_PORT, and TLS options are needed if the proxy has them;
clients reach a node without TLS.
Exit status: 0 if there was an answer, 1 if there was none (with one line that says why).

  evenkeel ping
  evenkeel ping 10.0.0.7 9000 --timeout 0.5 >/dev/null || echo "node is down"
  evenkeel ping --proxy 10.0.0.1 8080)";

struct ping_choice {
  std::string host = "127.0.0.1";
  std::uint16_t port = 9000;
  bool proxy = false;
  tls::file_names tls;
  double timeout_s = 2;
};

void print_pong(clock::time_point begun) {
  const auto took = std::chrono::duration<double, std::milli>(clock::now() - begun);
  std::cout << "pong " << std::fixed << std::setprecision(2) << took.count() << std::endl;
}

int ask_node(const ping_choice& choice, clock::time_point until) {
  client::connection node{choice.host, choice.port, until};
  const auto begun = clock::now();
  const auto answer = node.ask("PING", until);
  if (answer.line != "+OK pong")
    throw std::runtime_error("the node answered " + std::string(answer.line));
  print_pong(begun);
  return 0;
}

/// True if it answered.
bool answers(caf::actor_system& system, const proxy_actor& proxy, clock::time_point until) {
  caf::scoped_actor self{system};
  bool answered = false;
  self->request(proxy, until - clock::now(), alive_atom::value)
      .receive([&](alive_atom) { answered = true; }, [](const caf::error&) {});
  return answered;
}

int ask_proxy(const ping_choice& choice, clock::time_point until) {
  const auto ours = load_credentials(choice.tls);
  system_config config{1, ours};
  caf::actor_system system{config};
  auto found = find_proxy(system, choice.host, choice.port, ours, until);
  const auto begun = clock::now();
  if (found.problem.empty() && !answers(system, found.proxy, until))
    found.problem = silence_of(choice.host, choice.port);
  if (found.problem.empty())
    print_pong(begun);
  else
    std::cerr << "evenkeel: " << found.problem << std::endl;
  std::_Exit(found.problem.empty() ? 0 : 1); // CAF waits for connections
}

int run(const ping_choice& choice) {
  const auto until = clock::now()
                     + std::chrono::duration_cast<clock::duration>(
                         std::chrono::duration<double>(choice.timeout_s));
  return choice.proxy ? ask_proxy(choice, until) : ask_node(choice, until);
}

} // namespace

void add_ping_command(CLI::App& app, action& chosen) {
  const auto choice = std::make_shared<ping_choice>();
  auto* command = app.add_subcommand("ping", "asks a node, or a proxy, whether it is there; prints "
                                             "`pong` and the milliseconds it took");
  auto* host = command->add_option("host", choice->host, "the node's client address")
                   ->envname("EVENKEEL_CLIENT_ADDRESS")
                   ->capture_default_str();
  auto* port = command->add_option("port", choice->port, "its client port")
                   ->envname("EVENKEEL_CLIENT_PORT")
                   ->check(port_range())
                   ->capture_default_str();
  command
      ->add_flag_callback(
          "--proxy",
          [choice, host, port] {
            choice->proxy = true;
            choice->port = default_proxy_port;
            host->envname("EVENKEEL_PROXY_HOST");
            port->envname("EVENKEEL_PROXY_PORT");
          },
          "ask a proxy; host and port are those of its cluster port [8080]")
      ->trigger_on_parse(); // before the variables are read
  add_tls_options(*command, choice->tls);
  command->add_option("--timeout", choice->timeout_s, "seconds to wait for the answer")
      ->envname("EVENKEEL_TIMEOUT")
      ->check(CLI::Range(0.001, 3600.0))
      ->capture_default_str();
  command->footer(examples);
  command->immediate_callback(); // so that other subcommands' variables do not count
  command->callback([choice, &chosen] { chosen = [choice] { return run(*choice); }; });
}

} // namespace evenkeel::apps
