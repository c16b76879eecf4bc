// Puts a node together: disk, recovery, orphans, actors. The client port is client_gateway's.
#pragma once

#include "actors/jobs/function_registry.hpp"
#include "actors/jobs/job_confinement.hpp"
#include "actors/local_interfaces.hpp"
#include "actors/log.hpp"
#include "actors/node.hpp"
#include "tls/credentials.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace evenkeel {

/// What a node keeps and takes at most.
struct node_limits {
  std::uint64_t retention_ms = 7ULL * 24 * 3600 * 1000; ///< of results
  std::uint64_t capture_limit = 1U << 20U;              ///< bytes of each of stdout and stderr
  std::uint64_t max_open_jobs = 4'000'000;              ///< submitted here; beyond: -BUSY
  std::uint64_t max_open_jobs_of_token = 1'000'000;     ///< 0: no limit
  std::uint64_t disk_reserve_bytes = 64ULL << 20U;      ///< free space below which: -BUSY
};

struct node_options {
  std::string proxy_host = "127.0.0.1";
  std::uint16_t proxy_port = 8080;
  std::shared_ptr<const tls::credentials> credentials; ///< null: no TLS
  std::string name;
  std::uint32_t slots = 1;
  std::string client_address = "127.0.0.1"; ///< as NODES shows it, with `client_port`
  std::uint16_t client_port = 9000;
  std::string data_directory;
  node_limits limits;
  jobs::job_confinement confinement; ///< of commands and scripts
  logger log;
};

/// A node before its actors run: what can fail at the start has been done.
struct recovered_node;

/// Opens and recovers the data directory, which jobs of another user must not be able to read, and
/// ends what an earlier life left running (R17). Throws std::runtime_error with one clear sentence.
std::shared_ptr<recovered_node>
recover_node(const node_options& options,
             const jobs::function_registry& functions = jobs::function_registry::global());

/// The actors beside a node, which serve nobody else.
struct node_helpers {
  store_actor store;
  connector_actor connector;
  std::shared_ptr<executor_actor> executor; ///< known once the node has begun
};

struct node_outfit {
  node_parts parts;
  node_helpers helpers;
};

/// All that a node actor needs, for who spawns it in another way than `start_node`.
node_outfit outfit_of(caf::actor_system& system, const node_options& options,
                      const std::shared_ptr<recovered_node>& recovered,
                      std::function<void()> on_stopped);
/// For a process that outlives a node that has stopped: ends its actors, so that its disk is free.
void end_actors(const node_service& stopped, const node_helpers& helpers);

/// `on_stopped` is called once, when a stop_atom has been carried out.
node_service start_node(caf::actor_system& system, const node_options& options,
                        const std::shared_ptr<recovered_node>& recovered,
                        std::function<void()> on_stopped);

/// When the node has stopped: ends the processes that its jobs have detached from themselves.
void end_detached(const recovered_node& stopped);

} // namespace evenkeel
