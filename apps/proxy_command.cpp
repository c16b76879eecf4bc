// evenkeel proxy: the balancer of a cluster.
#include "actors/log.hpp"
#include "actors/start_proxy.hpp"
#include "actors/system_config.hpp"
#include "apps/commands.hpp"
#include "apps/ports.hpp"
#include "apps/tls_options.hpp"

#include <boost/asio/ip/address.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>

namespace evenkeel::apps {

namespace {

constexpr std::uint32_t heartbeats_a_lease = 5; ///< at least

struct proxy_choice {
  proxy_options options;
  log_options log;
  tls::file_names tls;
  bool plain_cluster = false;
  std::vector<std::string> spawns; ///< [NAME=]HOST:PORT
};

/// An address to listen on, which leads nowhere: 0.0.0.0, ::.
bool is_any_address(const std::string& address) {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(address, error);
  return !error && parsed.is_unspecified();
}

CLI::Validator reachable_address() {
  return {[](const std::string& address) {
            return is_any_address(address)
                       ? address
                             + " is no address that a node can connect to; give the one that "
                               "the hosts reach this proxy at"
                       : std::string{};
          },
          ""};
}

/// `--spawn` has no client ports to choose from: a second node on a host would find its port taken.
void add_spawn(std::vector<spawn_order>& all, spawn_order order) {
  const auto place = [](const auto& x) { return x.host + ":" + std::to_string(x.host_port); };
  for (const auto& other : all) {
    if (other.name == order.name)
      throw CLI::ValidationError("--spawn", "node '" + order.name + "' is in it twice");
    if (place(other) == place(order))
      throw CLI::ValidationError("--spawn", "host " + place(order)
                                                + " is in it twice; `evenkeel spawn` puts several "
                                                  "nodes on one host, each with its --client-port");
  }
  all.push_back(std::move(order));
}

int run(const proxy_choice& choice) {
  apply(choice.log);
  auto options = choice.options;
  auto& cluster = options.dispatch.cluster;
  options.dispatch = core::with_pace_kept(options.dispatch);
  cluster.heartbeat_ms = std::min(cluster.heartbeat_ms, cluster.lease_ms / heartbeats_a_lease);
  require_safe_port(options.listen_address, choice.plain_cluster, choice.tls);
  for (const auto& one : choice.spawns)
    add_spawn(options.spawns, parse_spawn(one));
  if (options.advertised_address.empty() && !is_any_address(options.listen_address))
    options.advertised_address = options.listen_address;
  options.credentials = load_credentials(choice.tls);
  require_free_port(options.listen_address, options.port);
  block_stop_signals();
  const auto recovered = recover_proxy(options);
  if (options.credentials)
    report(*options.credentials);
  system_config config{0, options.credentials};
  caf::actor_system system{config};
  std::promise<void> stopped;
  running_proxy running;
  try {
    running = start_proxy(system, options, recovered, [&stopped] { stopped.set_value(); });
  } catch (const std::exception& error) {
    // Not thrown on: CAF's actor system would wait for its actors for ever.
    std::cerr << "evenkeel: " << error.what() << std::endl;
    std::_Exit(1);
  }
  log_line(core::note::level::info,
           "proxy is ready on " + options.listen_address + ":" + std::to_string(running.port));
  wait_for_stop_signal();
  log_line(core::note::level::info, "stopping");
  caf::anon_send(running.actor, stop_atom::value);
  stopped.get_future().wait_for(std::chrono::seconds(2));
  spdlog::shutdown();
  std::_Exit(0); // CAF waits for actors for ever; all that was acknowledged is on disk
}

constexpr std::uint32_t usual_home_call_us = 1'000;
constexpr std::uint32_t longest_home_call_us = 100'000;

void add_cluster_options(CLI::App& app, core::dispatch_settings& dispatch) {
  app.add_option("--dispatch-period", dispatch.dispatch_period_ms,
                 "ms between dispatch rounds; 0: at once (also DISPATCH_PERIOD)")
      ->envname("EVENKEEL_DISPATCH_PERIOD")
      ->check(whole_number(0, UINT32_MAX))
      ->capture_default_str();
  app.add_option("--max-num-jobs-dispatch", dispatch.max_jobs_per_round,
                 "jobs per dispatch round; 0: no limit (also MAX_NUM_JOBS_DISPATCH)")
      ->envname("EVENKEEL_MAX_NUM_JOBS_DISPATCH")
      ->check(whole_number(0, UINT32_MAX))
      ->capture_default_str();
  app.add_option("--request-result-period", dispatch.cluster.result_period_ms,
                 "ms between requests for results; 0: results come at once (also "
                 "REQUEST_RESULT_PERIOD)")
      ->envname("EVENKEEL_REQUEST_RESULT_PERIOD")
      ->check(whole_number(0, UINT32_MAX))
      ->capture_default_str();
  app.add_option("--home-calls", dispatch.cluster.home_call_us,
                 "calls of functions that take less than this many us on average run where they "
                 "are submitted, at once; 0: all jobs are dispatched")
      ->envname("EVENKEEL_HOME_CALLS")
      ->check(whole_number(0, longest_home_call_us))
      ->capture_default_str();
  app.add_option("--lease", dispatch.cluster.lease_ms,
                 "ms of silence until a node is suspected; it keeps its jobs for the grace")
      ->envname("EVENKEEL_LEASE")
      ->check(whole_number(500, 3'600'000))
      ->capture_default_str();
  app.add_option("--grace", dispatch.cluster.grace_ms,
                 "ms in which a suspected node may come back before its jobs run elsewhere")
      ->envname("EVENKEEL_GRACE")
      ->check(whole_number(0, UINT32_MAX))
      ->capture_default_str();
  app.add_flag("--weighted", dispatch.weighted,
               "equal load per slot instead of equal numbers of jobs")
      ->envname("EVENKEEL_WEIGHTED");
}

} // namespace

void add_proxy_command(CLI::App& app, action& chosen) {
  const auto choice = std::make_shared<proxy_choice>();
  auto& options = choice->options;
  options.data_directory = "./evenkeel-data/proxy";
  options.dispatch.cluster.home_call_us = usual_home_call_us;
  auto* command = app.add_subcommand("proxy", "the balancer: knows every node's load, decides who "
                                              "runs what, carries results home");
  command
      ->add_option("port", options.port,
                   "cluster port, for the nodes; 0: any free one, see the log")
      ->envname("EVENKEEL_PROXY_PORT")
      ->check(port_range())
      ->capture_default_str();
  command->add_option("--data", options.data_directory, "directory of its state; made if missing")
      ->envname("EVENKEEL_DATA")
      ->check(not_empty())
      ->capture_default_str();
  command->add_option("--listen", options.listen_address, "address of the cluster port")
      ->envname("EVENKEEL_LISTEN")
      ->capture_default_str();
  command
      ->add_flag("--plain-cluster", choice->plain_cluster,
                 "allow --listen beyond loopback without TLS: anyone who reaches the port "
                 "controls the cluster")
      ->envname("EVENKEEL_PLAIN_CLUSTER");
  add_tls_options(*command, choice->tls);
  command
      ->add_option("--max-num-nodes", options.max_nodes,
                   "live nodes at most; 0: no limit (also MAX_NUM_NODES)")
      ->envname("EVENKEEL_MAX_NUM_NODES")
      ->check(whole_number(0, UINT32_MAX))
      ->capture_default_str();
  command
      ->add_option("--spawn", choice->spawns,
                   "run nodes on these hosts, [NAME=]HOST:PORT,... (see `evenkeel host`)")
      ->envname("EVENKEEL_SPAWN")
      ->delimiter(',');
  command
      ->add_option("--advertise", options.advertised_address,
                   "where those nodes find this proxy [--listen]")
      ->envname("EVENKEEL_ADVERTISE")
      ->check(reachable_address());
  add_cluster_options(*command, options.dispatch);
  add_log_options(*command, choice->log);
  command->immediate_callback(); // so that other subcommands' variables do not count
  command->callback([choice, &chosen] { chosen = [choice] { return run(*choice); }; });
}

} // namespace evenkeel::apps
