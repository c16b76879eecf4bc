#include "actors/start_node.hpp"

#include "actors/clock.hpp"
#include "actors/connector.hpp"
#include "actors/disk.hpp"
#include "actors/executor.hpp"
#include "actors/jobs/orphans.hpp"
#include "actors/log.hpp"
#include "actors/node.hpp"
#include "actors/store.hpp"

#include <sys/stat.h>

#include <chrono>
#include <stdexcept>
#include <utility>
#include <vector>

namespace evenkeel {

struct recovered_node {
  std::shared_ptr<persistence::store> disk;
  std::shared_ptr<core::node_link> link;
  std::shared_ptr<core::ticket_ledger> ledger;
  std::shared_ptr<core::executor_queue> queue;
  core::link_effects link_fx;
  const jobs::function_registry* functions = nullptr;
  logger log;
};

namespace {

constexpr std::uint32_t most_jobs_ahead = 256;

/// Command jobs of a killed node must not live on unseen (R17), nor what jobs have detached.
void end_leftovers(const std::string& ledger, const std::string& whose, const logger& log) {
  constexpr auto patience = std::chrono::seconds(5);
  const auto sweep = jobs::end_orphans(ledger, patience);
  for (const auto& orphan : sweep.ended)
    log.line(core::note::level::warning,
             "ended what " + whose + " left running: " + std::to_string(orphan.identity.pid) + " "
                 + orphan.command);
  for (const auto& orphan : sweep.remaining)
    log.line(core::note::level::error,
             "cannot end a leftover process: " + std::to_string(orphan.identity.pid) + " "
                 + orphan.command);
}

/// Tickets, results and commands of everybody are in it.
void require_hidden(const std::string& directory, const jobs::job_user& user) {
  struct stat found {};
  const bool seen = ::stat(directory.c_str(), &found) == 0;
  if (!seen || found.st_uid == user.uid || (found.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    throw std::runtime_error("data directory " + directory
                             + " must be its owner's alone, who is not " + user.name
                             + ", so that jobs cannot read it: chown and chmod 700 it");
}

core::link_settings link_settings_of(const node_options& options,
                                     const jobs::function_registry& functions) {
  core::link_settings settings;
  settings.name = options.name;
  settings.address = options.client_address + ":" + std::to_string(options.client_port);
  settings.slots = options.slots;
  settings.functions = functions.names();
  return settings;
}

} // namespace

std::shared_ptr<recovered_node> recover_node(const node_options& options,
                                             const jobs::function_registry& functions) {
  auto all = std::make_shared<recovered_node>();
  all->functions = &functions;
  all->log = options.log;
  all->disk = open_disk(options.data_directory);
  if (options.confinement.user)
    require_hidden(options.data_directory, *options.confinement.user);
  all->link = std::make_shared<core::node_link>(
      link_settings_of(options, functions), ledger_id{random_bits(), random_bits()}, random_bits());
  core::ledger_limits limits;
  limits.retention_ms = options.limits.retention_ms;
  limits.max_open_jobs = options.limits.max_open_jobs;
  limits.max_open_jobs_of_owner = options.limits.max_open_jobs_of_token;
  all->ledger = std::make_shared<core::ticket_ledger>(
      limits, core::own_executor{options.name, functions.names()});
  std::vector<record::value> held;
  bool identified = false;
  const auto count = recover_disk(*all->disk, [&](record::value&& content) {
    if (std::holds_alternative<record::proxy_identity>(content))
      throw std::runtime_error(options.data_directory + " is the data directory of a proxy");
    identified = identified || std::holds_alternative<record::identity>(content);
    all->link->recover(content);
    if (std::holds_alternative<record::held_attempt>(content))
      held.push_back(std::move(content));
    else
      all->ledger->recover(content);
  });
  if (count > 0 && !identified) // its tickets would become those of a new ledger
    throw std::runtime_error("data directory " + options.data_directory
                             + " holds a ledger that has lost its identity: restore the directory");
  all->link->on_start(read_clock(), all->link_fx);
  core::executor_settings settings;
  settings.node = options.name;
  settings.process = all->link->process();
  settings.slots = options.slots;
  settings.most_ahead = most_jobs_ahead;
  settings.functions = functions.names();
  all->queue = std::make_shared<core::executor_queue>(std::move(settings));
  for (const auto& content : held)
    all->queue->recover(content);
  options.log.line(core::note::level::info,
                   "recovered " + std::to_string(count) + " records from " + options.data_directory
                       + ": " + std::to_string(all->ledger->open_jobs()) + " open jobs, "
                       + std::to_string(all->ledger->finished_jobs()) + " results");
  end_leftovers(to_text(all->link->ledger()), "an earlier life of this node", options.log);
  return all;
}

void end_detached(const recovered_node& stopped) {
  end_leftovers(to_text(stopped.link->ledger()), "a job", stopped.log);
}

node_outfit outfit_of(caf::actor_system& system, const node_options& options,
                      const std::shared_ptr<recovered_node>& recovered,
                      std::function<void()> on_stopped) {
  node_outfit all;
  auto& helpers = all.helpers;
  helpers.store = spawn_store(system, recovered->disk, disk_failed);
  helpers.connector = system.spawn<caf::detached>(connector, options.proxy_host, options.proxy_port,
                                                  options.credentials);
  helpers.executor = std::make_shared<executor_actor>();
  auto& parts = all.parts;
  parts.link = recovered->link;
  parts.ledger = recovered->ledger;
  parts.link_fx = std::move(recovered->link_fx);
  parts.store = helpers.store;
  parts.connector = helpers.connector;
  parts.free_disk_bytes = [where = options.data_directory] { return free_disk_bytes(where); };
  parts.disk_reserve_bytes = options.limits.disk_reserve_bytes;
  parts.slots = options.slots;
  parts.on_stopped = std::move(on_stopped);
  parts.log = options.log;
  parts.spawn_executor = [&system, helpers, recovered, options](const node_service& owner) {
    executor_parts mine;
    mine.queue = recovered->queue;
    mine.store = helpers.store;
    mine.node = owner;
    mine.node_name = options.name;
    mine.slots = options.slots;
    mine.ledger = to_text(recovered->link->ledger());
    mine.capture_limit = options.limits.capture_limit;
    mine.confinement = options.confinement;
    mine.log = options.log;
    mine.functions = recovered->functions;
    mine.spawn_runner = [&system, limit = options.limits.capture_limit] {
      return system.spawn<caf::detached>(function_runner, std::size_t{limit});
    };
    *helpers.executor = system.spawn(executor, std::move(mine));
    return *helpers.executor;
  };
  return all;
}

void end_actors(const node_service& stopped, const node_helpers& helpers) {
  constexpr auto why = caf::exit_reason::user_shutdown;
  caf::anon_send_exit(stopped, why);
  caf::anon_send_exit(*helpers.executor, why);
  caf::anon_send_exit(helpers.connector, why);
  caf::anon_send_exit(helpers.store, why);
}

node_service start_node(caf::actor_system& system, const node_options& options,
                        const std::shared_ptr<recovered_node>& recovered,
                        std::function<void()> on_stopped) {
  auto outfit = outfit_of(system, options, recovered, std::move(on_stopped));
  return system.spawn(node, std::move(outfit.parts));
}

} // namespace evenkeel
