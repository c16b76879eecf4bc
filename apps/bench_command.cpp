// evenkeel bench: how fast is this cluster?
#include "apps/bench_client.hpp"
#include "apps/bench_report.hpp"
#include "apps/bench_run.hpp"
#include "apps/commands.hpp"
#include "client/job_line.hpp"
#include "client/token_file.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::apps {

namespace {

using tcp = boost::asio::ip::tcp;

constexpr const char* examples = R"(
Modes:
  submit     durable submissions: a job is over when its ticket has come. The jobs themselves run
             on afterwards; with --drain the end of them is awaited.
  roundtrip  a job is over when its result has come (WAIT). With a window above 1 every client has
             a second connection, for its waits; results come in the order of submission.
  latency    roundtrip with one client and one job at a time, for an idle cluster.

Times are from the first sending of a job. -BUSY is counted, and sent again after 10 ms. The jobs
and their results stay in the cluster like any others.
Exit status: 0; 1 if a reply was another error, or a connection was lost.

  evenkeel bench --connect 127.0.0.1:9000,127.0.0.1:9001
  evenkeel bench --mode roundtrip --window 16 --seconds 10
  evenkeel bench --mode roundtrip --count 2000 --job "SUBMIT -- /bin/true"
  evenkeel bench --mode latency)";

struct bench_choice {
  std::vector<std::string> nodes{"127.0.0.1:9000"};
  std::string mode = "submit";
  std::string job = "CALL -- noop";
  std::size_t connections = 64;
  std::size_t window = 1;
  std::uint64_t count = 0;
  double seconds = 0;
  double timeout_s = 10;
  bool drain = false;
  std::string token_file; ///< empty: no token is shown
};

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(std::llround(seconds * 1000));
}

tcp::endpoint resolve(const std::string& node) {
  const auto colon = node.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == node.size())
    throw CLI::ValidationError("--connect", "\"" + node + "\" is not host:port");
  auto host = node.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') // [::1]:9000
    host = host.substr(1, host.size() - 2);
  boost::asio::io_context context;
  boost::system::error_code error;
  const auto found = tcp::resolver{context}.resolve(host, node.substr(colon + 1), error);
  if (error)
    throw std::runtime_error("bench --connect: " + node + ": " + error.message());
  return found.begin()->endpoint();
}

/// Every request must have exactly one reply, with a ticket: no other verb, no body.
void check_job(const std::string& job) {
  if (const auto problem = client::problem_of_job_line(job); !problem.empty())
    throw CLI::ValidationError("--job", problem);
}

bench_settings settings_from(const bench_choice& choice) {
  check_job(choice.job);
  const auto alone = choice.mode == "latency";
  bench_settings settings;
  for (const auto& node : choice.nodes)
    settings.nodes.push_back(resolve(node));
  settings.clients = alone ? 1 : choice.connections;
  settings.window = alone ? 1 : choice.window;
  settings.job = choice.job;
  if (!choice.token_file.empty())
    settings.token = client::token_in(choice.token_file);
  settings.results = choice.mode != "submit";
  settings.count = choice.count;
  if (choice.seconds > 0)
    settings.duration = milliseconds(choice.seconds);
  else if (choice.count > 0)
    settings.duration = {};
  settings.patience = milliseconds(choice.timeout_s);
  if (settings.clients * bench_client::connections(settings) > max_bench_connections)
    throw CLI::ValidationError(
        "--connections", "more than " + std::to_string(max_bench_connections)
                             + " in all (a roundtrip with a window above 1 takes two a client)");
  return settings;
}

int run(const bench_choice& choice) {
  const auto settings = settings_from(choice);
  std::cout << choice.mode << ": \"" << settings.job << "\", clients: " << settings.clients
            << ", window: " << settings.window << ", nodes: " << settings.nodes.size() << std::endl;
  const auto figures = run_bench(settings);
  print_report(std::cout, figures);
  if (choice.drain) {
    const auto drained_s = drain_cluster(settings.nodes.front(), settings.patience, settings.token);
    std::cout << "no job left " << std::fixed << std::setprecision(1) << drained_s
              << " s after the last answer" << std::endl;
  }
  return figures.good() ? 0 : 1;
}

void add_load_options(CLI::App& app, bench_choice& choice) {
  app.add_option("--connections", choice.connections, "clients at the same time")
      ->envname("EVENKEEL_CONNECTIONS")
      ->check(CLI::Range(std::size_t{1}, max_bench_connections))
      ->capture_default_str();
  app.add_option("--window", choice.window, "jobs that each client has under way at a time")
      ->envname("EVENKEEL_WINDOW")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--seconds", choice.seconds, "no job begins later [5, unless --count is given]")
      ->envname("EVENKEEL_SECONDS")
      ->check(CLI::Range(0.001, 1e6));
  app.add_option("--count", choice.count, "jobs at most")
      ->envname("EVENKEEL_COUNT")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
  app.add_option("--timeout", choice.timeout_s,
                 "give up when nothing was answered for so many seconds; above the run time of "
                 "one job")
      ->envname("EVENKEEL_TIMEOUT")
      ->check(CLI::Range(0.001, 1e6))
      ->capture_default_str();
}

} // namespace

void add_bench_command(CLI::App& app, action& chosen) {
  const auto choice = std::make_shared<bench_choice>();
  auto* command =
      app.add_subcommand("bench", "puts load on a running cluster and prints rates and times");
  command->add_option("--connect", choice->nodes, "nodes, host:port[,host:port...]; in turn")
      ->envname("EVENKEEL_CONNECT")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--mode", choice->mode, "submit, roundtrip or latency")
      ->envname("EVENKEEL_MODE")
      ->check(CLI::IsMember({"submit", "roundtrip", "latency"}))
      ->capture_default_str();
  command->add_option("--job", choice->job, "the request that is sent: SUBMIT, CALL or SLEEP")
      ->envname("EVENKEEL_JOB")
      ->capture_default_str();
  add_load_options(*command, *choice);
  command
      ->add_option("--token-file", choice->token_file,
                   "file whose first line is a token with the rights submit and read, where the "
                   "nodes ask for one")
      ->envname("EVENKEEL_TOKEN_FILE")
      ->check(not_empty());
  command
      ->add_flag("--drain", choice->drain,
                 "wait at the end until the cluster has no job left, and say how long that took")
      ->envname("EVENKEEL_DRAIN");
  command->footer(examples);
  command->immediate_callback(); // so that other subcommands' variables do not count
  command->callback([choice, &chosen] { chosen = [choice] { return run(*choice); }; });
}

} // namespace evenkeel::apps
