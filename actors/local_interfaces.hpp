// Interfaces and messages that stay inside one process: between an actor and its store, its timer,
// its neighbours. They carry types that are never serialized.
// Must not know: how any of the actors work.
#pragma once

#include "actors/core/dispatch_queue.hpp"
#include "actors/core/executor_queue.hpp"
#include "actors/core/host_watch.hpp"
#include "actors/core/membership.hpp"
#include "actors/core/node_link.hpp"
#include "actors/core/proxy_effects.hpp"
#include "actors/core/query_router.hpp"
#include "actors/core/result_relay.hpp"
#include "actors/core/spawn_list.hpp"
#include "actors/jobs/command.hpp"
#include "messages/interfaces.hpp"
#include "persistence/store.hpp"
#include "persistence/write_batch.hpp"

#include <caf/all.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel {

using tick_atom = caf::atom_constant<caf::atom("tick")>;     ///< the actor's own clock
using flush_atom = caf::atom_constant<caf::atom("flush")>;   ///< end of a run of inputs
using stop_atom = caf::atom_constant<caf::atom("stop")>;     ///< a clean stop begins
using finish_atom = caf::atom_constant<caf::atom("finish")>; ///< a clean stop, once no job runs
using done_atom = caf::atom_constant<caf::atom("done")>;     ///< a clean stop is complete

// -- store
// --------------------------------------------------------------------------------------------

/// Which of an actor's commit queues an answer of the store belongs to.
using commit_tag = std::uint8_t;

/// The store has made commit `number`, and every earlier one of that tag, as durable as asked.
struct committed {
  commit_tag tag = 0;
  std::uint64_t number = 0;
};

/// The record that was asked for; null where there is none. Shared, never changed.
struct loaded {
  commit_tag tag = 0;
  record::key where;
  std::shared_ptr<const record::value> content;
};

using store_client = caf::typed_actor<caf::reacts_to<committed>, ///< answers commit
                                      caf::reacts_to<loaded>>;   ///< answers load

struct commit {
  store_client owner;
  commit_tag tag = 0;
  std::uint64_t number = 0;
  bool sync = false;
  persistence::write_batch batch;
  /// What keeps its order (core/commit_queue.hpp).
  [[nodiscard]] std::pair<caf::actor_addr, commit_tag> line() const {
    return {owner.address(), tag};
  }
};

struct load {
  store_client owner;
  commit_tag tag = 0;
  record::key where;
};

/// What the store's thread did.
struct disk_done {
  persistence::status how;
};

/// Owns the disk. Takes everything that waits into one group commit.
using store_actor = caf::typed_actor<caf::reacts_to<commit>, ///< answered by committed, in order
                                     caf::reacts_to<load>,   ///< answered by loaded
                                     caf::reacts_to<disk_done>, caf::reacts_to<flush_atom>>;

/// A sync; with a batch, a commit of it.
struct disk_order {
  store_actor owner;
  std::shared_ptr<persistence::store> disk;
  std::optional<persistence::write_batch> batch;
  bool sync = false;
};

using disk_thread_actor = caf::typed_actor<caf::reacts_to<disk_order>>; ///< answered by disk_done

// -- client sessions
// ----------------------------------------------------------------------------------

struct numbered_answer {
  std::uint64_t number = 0;
  client_answer content;
};

/// One connection's actor, on the gateway's thread (client_session.hpp).
using client_session_actor =
    caf::typed_actor<caf::reacts_to<std::vector<numbered_answer>>>; ///< from the node

struct session_requests {
  std::uint64_t session = 0;
  client_session_actor from;
  std::vector<std::pair<std::uint64_t, client_request>> requests;
};
struct session_closed {
  std::uint64_t session = 0;
};

// -- inside a node
// ------------------------------------------------------------------------------------

/// What the node's executor and result collector see of its link to the proxy.
using link_listener = caf::typed_actor<caf::reacts_to<core::link_up>,     ///< the link stands
                                       caf::reacts_to<core::link_down>,   ///< it does not any more
                                       caf::reacts_to<core::from_proxy>>; ///< in order

struct load_numbers {
  std::uint32_t queued = 0;
  std::uint32_t running = 0;
  std::uint64_t done = 0;
  std::uint64_t held = 0;          ///< attempts, results that are not yet taken included
  std::uint32_t commit_lag_ms = 0; ///< age of the executor's oldest uncommitted step
  std::uint32_t home_calls = 0;    ///< those that have become long
  std::uint64_t home_calls_done = 0;
  friend bool operator==(const load_numbers&, const load_numbers&) = default;
};

struct job_ended {
  attempt_ref what;
  core::run_end end;
  std::int64_t took_us = 0; ///< functions only
};

struct run_calls;
/// Runs functions.
using function_runner_actor = caf::typed_actor<caf::reacts_to<run_calls>>;

/// There are ends to collect (call_exchange.hpp).
struct calls_ended {};
/// No call waits for this runner any more.
struct runner_idle {
  function_runner_actor who;
};

/// Runs jobs.
using executor_actor =
    link_listener::extend<caf::reacts_to<committed>, caf::reacts_to<loaded>,
                          caf::reacts_to<core::run_home_calls>, ///< from the ledger
                          caf::reacts_to<job_ended>,            ///< a sleep is over
                          caf::reacts_to<calls_ended>, caf::reacts_to<runner_idle>,
                          caf::reacts_to<jobs::command_end>, ///< from the process launcher
                          caf::reacts_to<tick_atom>, caf::reacts_to<flush_atom>,
                          caf::reacts_to<stop_atom>>; ///< end all jobs; done_atom to the node

struct remote_request {
  core::requester from;
  client_request content;
};

/// Answers clients about tickets of other nodes, and about the cluster.
using question_actor =
    link_listener::extend<caf::reacts_to<remote_request>, caf::reacts_to<session_closed>,
                          caf::reacts_to<tick_atom>, caf::reacts_to<flush_atom>,
                          caf::reacts_to<stop_atom>>; ///< a clean stop begins

struct proxy_connected {
  proxy_actor proxy;
};
struct connect_failed {
  std::string why;
};

/// Finds the proxy without ever blocking anyone else.
using connector_actor = caf::typed_actor<caf::reacts_to<core::connect_now>>;

/// The node as its own process sees it.
using node_service =
    node_actor::extend<caf::reacts_to<committed>, caf::reacts_to<loaded>,
                       caf::reacts_to<std::vector<session_requests>>, ///< from client sessions
                       caf::reacts_to<session_closed>,
                       caf::reacts_to<std::vector<core::to_proxy>>, ///< from executor and questions
                       caf::reacts_to<std::vector<core::reply>>,    ///< from questions
                       caf::reacts_to<load_numbers>,                ///< from the executor
                       caf::reacts_to<core::home_call_news>,        ///< the same
                       caf::reacts_to<proxy_connected>, caf::reacts_to<connect_failed>,
                       caf::reacts_to<tick_atom>, caf::reacts_to<flush_atom>,
                       caf::reacts_to<stop_atom>,   ///< clean stop
                       caf::reacts_to<finish_atom>, ///< the same, once no job runs here
                       caf::reacts_to<done_atom>>;  ///< the executor has stopped

// -- inside a proxy
// -----------------------------------------------------------------------------------

struct epoch_news {
  epoch current;
  bool wiped = false;
};
struct node_load {
  ledger_id ledger;
  load_report report;
};
struct results_seen {
  ledger_id executor;
  std::vector<attempt_ref> attempts;
};

/// The proxy's actors know each other: the first message that each of them gets.
struct proxy_neighbours;

/// Queue, loads, choice of node.
using dispatcher_actor =
    caf::typed_actor<caf::reacts_to<proxy_neighbours>, caf::reacts_to<committed>,
                     caf::reacts_to<loaded>, caf::reacts_to<epoch_news>,
                     caf::reacts_to<core::node_up>, caf::reacts_to<core::node_down>,
                     caf::reacts_to<core::from_node>, caf::reacts_to<node_load>,
                     caf::reacts_to<core::ledger_retired>,
                     caf::reacts_to<results_seen>,       ///< these slots are free
                     caf::reacts_to<core::results_gone>, ///< from the result collector
                     caf::reacts_to<tick_atom>, caf::reacts_to<flush_atom>>;

/// Results on their way home, and questions to other ledgers.
using result_collector_actor = caf::typed_actor<
    caf::reacts_to<proxy_neighbours>, caf::reacts_to<committed>, caf::reacts_to<loaded>,
    caf::reacts_to<core::node_up>, caf::reacts_to<core::node_down>, caf::reacts_to<core::from_node>,
    caf::reacts_to<core::ledger_retired>, caf::reacts_to<core::executor_given_up>,
    caf::reacts_to<core::result_period>, caf::reacts_to<tick_atom>, caf::reacts_to<flush_atom>>;

/// The proxy as its own process sees it.
using proxy_service =
    proxy_actor::extend<caf::reacts_to<committed>, caf::reacts_to<loaded>,
                        caf::reacts_to<std::vector<core::to_node>>, ///< from its neighbours
                        caf::reacts_to<tick_atom>, caf::reacts_to<flush_atom>,
                        caf::reacts_to<stop_atom>>;

struct node_ended {
  std::string name;
};

/// What somebody wants of the list of spawned nodes, as the proxy passes it on.
struct hosting_wish {
  hosting_request content;
  bool name_in_use = false; ///< by a node that is in the cluster now
};

/// The cluster port stands; `wanted` are the spawned nodes of the command line.
struct proxy_listens {
  std::uint16_t port = 0;
  std::vector<spawn_order> wanted;
};

/// The list of spawned nodes.
using spawn_desk_actor = caf::typed_actor<caf::replies_to<hosting_wish>::with<hosting_answer>,
                                          caf::reacts_to<proxy_listens>, ///< once, at the start
                                          caf::reacts_to<node_ended>,    ///< from a host's keeper
                                          caf::reacts_to<committed>, caf::reacts_to<loaded>>;

/// Sees to one host.
using host_keeper_actor =
    caf::typed_actor<caf::reacts_to<core::watch_node>, caf::reacts_to<core::end_node>,
                     caf::reacts_to<core::forget_node>, caf::reacts_to<tick_atom>>;

struct proxy_neighbours {
  proxy_service proxy;
  dispatcher_actor dispatcher;
  result_collector_actor collector;
};

} // namespace evenkeel

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::committed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::commit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::load)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::disk_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::disk_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<evenkeel::numbered_answer>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<evenkeel::session_requests>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::session_closed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::core::link_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::core::link_down)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::core::from_proxy)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::core::connect_now)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::load_numbers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::core::run_home_calls)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::core::home_call_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::job_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::calls_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::runner_idle)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::jobs::command_end)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::remote_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::proxy_connected)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::connect_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<evenkeel::core::to_proxy>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<evenkeel::core::reply>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::proxy_neighbours)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::epoch_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::node_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::proxy_listens)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::core::watch_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::core::end_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::core::forget_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::hosting_wish)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::node_load)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::results_seen)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::core::node_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::core::node_down)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::core::from_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::core::executor_given_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::core::result_period)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::core::results_gone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(evenkeel::core::ledger_retired)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<evenkeel::core::to_node>)
