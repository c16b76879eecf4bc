// evenkeel host: a process on which a proxy spawns nodes; by itself it runs nothing.
#include "actors/disk.hpp"
#include "actors/host.hpp"
#include "actors/log.hpp"
#include "actors/node_house.hpp"
#include "actors/system_config.hpp"
#include "apps/commands.hpp"
#include "apps/job_options.hpp"
#include "apps/limit_options.hpp"
#include "apps/ports.hpp"
#include "apps/tls_options.hpp"

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

namespace evenkeel::apps {

namespace {

constexpr std::size_t worker_threads = 4; ///< a node that moves in reads its disk on one of them
constexpr auto stop_patience = std::chrono::seconds(8);
constexpr const char* notes = R"(
The proxy tells it which nodes to run (`evenkeel proxy --spawn`, `evenkeel spawn`), and spawns them
again when this process was gone. Each node keeps its state in a directory of its name in --data.
SIGTERM ends all of them cleanly.

  evenkeel host --data /var/lib/evenkeel)";

struct host_choice {
  std::string listen_address = "127.0.0.1";
  std::uint16_t port = 4242;
  bool plain_cluster = false;
  house_settings house;
  tls::file_names tls;
  client_tls_choice client_tls;
  job_choice jobs;
  limit_choice limits;
  std::string tokens; ///< a file; empty: clients need none
  log_options log;
};

int run(const host_choice& choice) {
  apply(choice.log);
  require_safe_port(choice.listen_address, choice.plain_cluster, choice.tls);
  require_free_port(choice.listen_address, choice.port);
  block_stop_signals();
  auto settings = choice.house;
  if (!choice.tokens.empty())
    settings.tokens = load_tokens(choice.tokens);
  settings.limits = choice.limits.node;
  settings.clients = choice.limits.clients;
  settings.confinement = confinement_of(choice.jobs);
  const auto check_files = [confinement = settings.confinement, &choice] {
    require_none_theirs(confinement, choice.tokens, choice.tls.key, choice.client_tls.key);
  };
  check_files();
  settings.identity = load_identity(choice.client_tls);
  settings.credentials = load_credentials(choice.tls);
  const auto directory = claim_disk(settings.data_directory);
  settings.process = fresh_incarnation();
  settings.default_slots = std::max(1U, std::thread::hardware_concurrency());
  const auto house_credentials = settings.credentials;
  node_house house{std::move(settings)};
  system_config config{worker_threads, house_credentials};
  add_spawnable_nodes(config, house);
  caf::actor_system system{config};
  std::uint16_t port = 0;
  try {
    port = start_host(system, house, choice.listen_address, choice.port, house_credentials.get());
  } catch (const std::exception& error) {
    // Not thrown on: CAF's actor system would wait for its actors for ever.
    std::cerr << "evenkeel: " << error.what() << std::endl;
    std::_Exit(1);
  }
  log_line(core::note::level::info,
           "host is ready on " + choice.listen_address + ":" + std::to_string(port));
  wait_for_stop_signal(token_reloader(
      choice.tokens, check_files, [&house](const auto& tokens) { house.replace_tokens(tokens); }));
  log_line(core::note::level::info, "stopping: jobs that run here will run elsewhere");
  house.stop_all(stop_patience);
  spdlog::shutdown();
  std::_Exit(0); // CAF waits for actors for ever; all that was acknowledged is on disk
}

} // namespace

void add_host_command(CLI::App& app, action& chosen) {
  const auto choice = std::make_shared<host_choice>();
  choice->house.data_directory = "./evenkeel-data/host";
  auto* command = app.add_subcommand("host", "a machine on which the proxy spawns nodes");
  command->add_option("--port", choice->port, "port for the proxy; 0: any free one, see the log")
      ->envname("EVENKEEL_HOST_PORT")
      ->check(port_range())
      ->capture_default_str();
  command->add_option("--listen", choice->listen_address, "address of that port")
      ->envname("EVENKEEL_LISTEN")
      ->capture_default_str();
  command
      ->add_flag(
          "--plain-cluster", choice->plain_cluster,
          "allow --listen beyond loopback: anyone who reaches the port controls this machine")
      ->envname("EVENKEEL_PLAIN_CLUSTER");
  command
      ->add_option("--data", choice->house.data_directory,
                   "directory of its nodes' state; made if missing")
      ->envname("EVENKEEL_DATA")
      ->check(not_empty())
      ->capture_default_str();
  command
      ->add_flag("--open", choice->house.open,
                 "nodes may have client ports beyond loopback: everyone who can connect may run "
                 "commands")
      ->envname("EVENKEEL_OPEN");
  command
      ->add_option("--tokens", choice->tokens,
                   "file of the tokens that clients of the nodes need (see `evenkeel token`)")
      ->envname("EVENKEEL_TOKENS");
  add_client_tls_options(*command, choice->client_tls);
  add_limit_options(*command, choice->limits);
  add_job_confinement(*command, choice->jobs);
  add_tls_options(*command, choice->tls);
  add_log_options(*command, choice->log);
  command->footer(notes);
  command->immediate_callback(); // so that other subcommands' variables do not count
  command->callback([choice, &chosen] { chosen = [choice] { return run(*choice); }; });
}

} // namespace evenkeel::apps
