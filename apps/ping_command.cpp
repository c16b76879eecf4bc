// evenkeel ping: is this node there? For health checks.
#include "apps/bench_replies.hpp"
#include "apps/commands.hpp"

#include <boost/asio/ip/tcp.hpp>

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
  boost::asio::ip::tcp::iostream node;
  node.expires_after(
      std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(choice.timeout_s)));
  const auto failure = [&](const std::string& why) {
    return std::runtime_error("ping " + choice.host + ":" + std::to_string(choice.port) + ": "
                              + why);
  };
  node.connect(choice.host, std::to_string(choice.port));
  if (!node)
    throw failure(node.error().message());
  const auto begun = clock::now();
  node << "PING\n" << std::flush;
  std::string line;
  if (!std::getline(node, line))
    throw failure(node.error() ? "no answer: " + node.error().message() : "closed by the node");
  const auto took = std::chrono::duration<double, std::milli>(clock::now() - begun);
  reply_reader replies;
  replies.feed(line + "\n");
  const auto answer = replies.next();
  if (!answer)
    throw failure("what answers is not an Evenkeel node");
  if (answer->line != "+OK pong")
    throw failure("answered " + std::string(answer->line));
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
  command->callback([choice, &chosen] { chosen = [choice] { return run(*choice); }; });
}

} // namespace evenkeel::apps
