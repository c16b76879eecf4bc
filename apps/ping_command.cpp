// evenkeel ping: is this node there? For health checks.
#include "apps/commands.hpp"
#include "client/connection.hpp"

#include <chrono>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace evenkeel::apps {

namespace {

constexpr const char* examples = R"(
Exit status: 0 if the node answered, 1 if it did not (with one line that says why).

  evenkeel ping
  evenkeel ping 10.0.0.7 9000 --timeout 0.5 >/dev/null || echo "node is down")";

struct ping_choice {
  std::string host = "127.0.0.1";
  std::uint16_t port = 9000;
  double timeout_s = 2;
};

int run(const ping_choice& choice) {
  using clock = std::chrono::steady_clock;
  const auto until = clock::now()
                     + std::chrono::duration_cast<clock::duration>(
                         std::chrono::duration<double>(choice.timeout_s));
  client::connection node{choice.host, choice.port, until};
  const auto begun = clock::now();
  const auto answer = node.ask("PING", until);
  const auto took = std::chrono::duration<double, std::milli>(clock::now() - begun);
  if (answer.line != "+OK pong")
    throw std::runtime_error("the node answered " + std::string(answer.line));
  std::cout << "pong " << std::fixed << std::setprecision(2) << took.count() << '\n';
  return 0;
}

} // namespace

void add_ping_command(CLI::App& app, action& chosen) {
  const auto choice = std::make_shared<ping_choice>();
  auto* command = app.add_subcommand(
      "ping", "asks a node whether it is there; prints `pong` and the milliseconds it took");
  command->add_option("host", choice->host, "the node's client address")
      ->envname("EVENKEEL_CLIENT_ADDRESS")
      ->capture_default_str();
  command->add_option("port", choice->port, "its client port")
      ->envname("EVENKEEL_CLIENT_PORT")
      ->check(port_range())
      ->capture_default_str();
  command->add_option("--timeout", choice->timeout_s, "seconds to wait for the answer")
      ->envname("EVENKEEL_TIMEOUT")
      ->check(CLI::Range(0.001, 3600.0))
      ->capture_default_str();
  command->footer(examples);
  command->immediate_callback(); // so that other subcommands' variables do not count
  command->callback([choice, &chosen] { chosen = [choice] { return run(*choice); }; });
}

} // namespace evenkeel::apps
