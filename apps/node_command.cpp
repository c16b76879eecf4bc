// evenkeel node: takes submissions, runs jobs, answers clients.
#include "actors/client_gateway.hpp"
#include "actors/core/spawn_list.hpp"
#include "actors/log.hpp"
#include "actors/loopback.hpp"
#include "actors/start_node.hpp"
#include "actors/system_config.hpp"
#include "apps/commands.hpp"
#include "apps/job_options.hpp"
#include "apps/limit_options.hpp"
#include "apps/ports.hpp"
#include "apps/tls_options.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace evenkeel::apps {

namespace {

constexpr auto stop_patience = std::chrono::seconds(8);

struct node_choice {
  node_options options;
  gateway_settings clients;
  log_options log;
  tls::file_names tls;
  client_tls_choice client_tls;
  job_choice jobs;
  limit_choice limits;
  bool open = false;
  std::string tokens; ///< a file; empty: clients need none
};

std::string default_directory(const std::string& name) {
  if (name == "proxy")
    throw CLI::ValidationError("--name proxy", "needs --data: without it the node would take the "
                                               "proxy's directory");
  return "./evenkeel-data/" + name;
}

/// Clients beyond this machine are known by their tokens, or it is said that they need not be.
std::shared_ptr<const token_book> tokens_of(const node_choice& choice) {
  if (choice.open && !choice.tokens.empty())
    throw CLI::ValidationError("--open", "says that clients need no token, and --tokens that they "
                                         "do: give one of them");
  if (!is_loopback(choice.clients.address) && !choice.open && choice.tokens.empty())
    throw CLI::ValidationError(
        "--client-address " + choice.clients.address,
        "whoever connects may run commands here; listening beyond loopback needs --tokens FILE, "
        "which names the clients that may (`evenkeel token` makes tokens), or --open, which says "
        "that everyone who can connect may");
  return choice.tokens.empty() ? nullptr : load_tokens(choice.tokens);
}

int run(const node_choice& choice) {
  apply(choice.log);
  auto clients = choice.clients;
  clients.limits = choice.limits.clients;
  clients.tokens = tokens_of(choice);
  clients.identity = load_identity(choice.client_tls);
  auto options = choice.options;
  options.limits = choice.limits.node;
  options.confinement = confinement_of(choice.jobs);
  const auto check_files = [confinement = options.confinement, &choice] {
    require_none_theirs(confinement, choice.tokens, choice.tls.key, choice.client_tls.key);
  };
  check_files();
  options.credentials = load_credentials(choice.tls);
  block_stop_signals();
  if (options.data_directory.empty())
    options.data_directory = default_directory(options.name);
  client_gateway gateway{clients};
  options.client_address = choice.clients.address;
  options.client_port = gateway.port();
  const auto recovered = recover_node(options);
  if (options.credentials)
    report(*options.credentials);
  system_config config{0, options.credentials};
  caf::actor_system system{config};
  std::promise<void> stopped;
  const auto actor = start_node(system, options, recovered, [&stopped] { stopped.set_value(); });
  gateway.start(system, actor);
  log_line(core::note::level::info, "node " + options.name + " is ready for clients on "
                                        + options.client_address + ":"
                                        + std::to_string(options.client_port));
  report(clients.identity.get(), options.client_address);
  if (clients.tokens)
    log_line(core::note::level::info, "clients need one of the "
                                          + std::to_string(clients.tokens->size()) + " tokens of "
                                          + choice.tokens);
  wait_for_stop_signal(token_reloader(choice.tokens, check_files, [&gateway](const auto& tokens) {
    gateway.replace_tokens(tokens);
  }));
  log_line(core::note::level::info, "stopping: jobs that run here will run elsewhere");
  caf::anon_send(actor, stop_atom::value);
  if (stopped.get_future().wait_for(stop_patience) != std::future_status::ready)
    log_line(core::note::level::warning, "this node has not stopped in time and is ended now; what "
                                         "was acknowledged is on disk");
  gateway.stop();
  end_detached(*recovered);
  spdlog::shutdown();
  std::_Exit(0); // CAF waits for actors for ever; all that was acknowledged is on disk
}

/// It stands in lists, in jobs' environments and, unless --data is given, in a path.
CLI::Validator node_name() {
  return {[](const std::string& name) -> std::string { return core::problem_with_node_name(name); },
          "NAME"};
}

void add_client_options(CLI::App& app, node_choice& choice) {
  app.add_option("--client-port", choice.clients.port,
                 "port for clients (nc); 0: any free one, see the log")
      ->envname("EVENKEEL_CLIENT_PORT")
      ->check(port_range())
      ->capture_default_str();
  app.add_option("--client-address", choice.clients.address, "address for clients")
      ->envname("EVENKEEL_CLIENT_ADDRESS")
      ->capture_default_str();
  app.add_flag("--open", choice.open,
               "allow --client-address beyond loopback: everyone who can connect may run commands")
      ->envname("EVENKEEL_OPEN");
  app.add_option("--tokens", choice.tokens,
                 "file of the tokens that clients need (see `evenkeel token`); without it, none")
      ->envname("EVENKEEL_TOKENS")
      ->check(not_empty());
}

void add_slots(CLI::App& app, node_options& options) {
  app.add_option("--slots", options.slots, "jobs that run here at the same time")
      ->envname("EVENKEEL_SLOTS")
      ->check(whole_number(1, 100'000))
      ->capture_default_str();
}

} // namespace

void add_node_command(CLI::App& app, action& chosen) {
  const auto choice = std::make_shared<node_choice>();
  auto& options = choice->options;
  options.name = host_name();
  options.slots = std::max(1U, std::thread::hardware_concurrency());
  auto* command =
      app.add_subcommand("node", "takes submissions from clients, runs jobs, keeps results");
  command->add_option("proxy-host", options.proxy_host, "where the proxy is")
      ->envname("EVENKEEL_PROXY_HOST")
      ->capture_default_str();
  command->add_option("proxy-port", options.proxy_port, "its cluster port")
      ->envname("EVENKEEL_PROXY_PORT")
      ->check(whole_number(1, 65535))
      ->capture_default_str();
  command->add_option("--name", options.name, "label, unique in the cluster [host name]")
      ->envname("EVENKEEL_NAME")
      ->check(node_name())
      ->capture_default_str();
  command
      ->add_option("--data", options.data_directory,
                   "directory of its state; made if missing [./evenkeel-data/NAME]")
      ->envname("EVENKEEL_DATA")
      ->check(not_empty());
  add_tls_options(*command, choice->tls);
  add_client_options(*command, *choice);
  add_client_tls_options(*command, choice->client_tls);
  add_slots(*command, options);
  add_limit_options(*command, choice->limits);
  add_job_confinement(*command, choice->jobs);
  add_log_options(*command, choice->log);
  command->immediate_callback(); // so that other subcommands' variables do not count
  command->callback([choice, &chosen] { chosen = [choice] { return run(*choice); }; });
}

} // namespace evenkeel::apps
