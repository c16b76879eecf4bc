// The nodes that live in a host process (`evenkeel host`), which runs nothing until a proxy spawns
// a node here. Owns: their client ports and what became of them. Must not know: who spawns. Safe
// for any thread: CAF begins actors on its workers.
#pragma once

#include "actors/client_gateway.hpp"
#include "actors/jobs/job_confinement.hpp"
#include "actors/local_interfaces.hpp"
#include "actors/node.hpp"
#include "actors/start_node.hpp"
#include "actors/token_book.hpp"
#include "messages/hosting.hpp"
#include "tls/credentials.hpp"
#include "tls/server_identity.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace evenkeel {

struct house_settings {
  std::string data_directory;               ///< each node has a directory of its name in it
  bool open = false;                        ///< nodes may have client ports beyond loopback
  std::shared_ptr<const token_book> tokens; ///< that clients of its nodes need; null: none
  std::shared_ptr<const tls::server_identity> identity; ///< for clients of its nodes; null: plain
  jobs::job_confinement confinement;                    ///< of the jobs of its nodes
  node_limits limits;                                   ///< of each of its nodes
  client_limits clients;                                ///< of each of its nodes
  std::uint32_t default_slots = 1;
  incarnation process;                                 ///< of this host
  std::shared_ptr<const tls::credentials> credentials; ///< of its nodes; null: plain
};

class node_house {
public:
  explicit node_house(house_settings settings);
  ~node_house();
  node_house(const node_house&) = delete;
  node_house& operator=(const node_house&) = delete;

  /// The body of a spawned node. Where it cannot run (its name is taken, its directory or port
  /// cannot be had), `report` says why, and the actor ends.
  node_service::behavior_type move_in(node_state::pointer self, const spawn_order& order);
  [[nodiscard]] host_report report() const;
  /// Ends a node cleanly, once what it runs has ended; `report` names it no more when that is done.
  void withdraw(const std::string& name);
  /// Ends all nodes cleanly and soon: their jobs run elsewhere. True: all have ended in time.
  bool stop_all(std::chrono::milliseconds patience);
  /// Where clients need tokens: these, from now on, at all nodes.
  void replace_tokens(const std::shared_ptr<const token_book>& tokens);
  /// Clears away what has ended. To be called now and then by somebody who may block.
  void sweep();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace evenkeel
