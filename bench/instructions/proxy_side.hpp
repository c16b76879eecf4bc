// The proxy's cores and, between them, what the shells in actors/ do (proxy, dispatcher,
// result_collector), without actors, for one node.
// Owns: the cores, what waits between them. Must not know: stages.
#pragma once

#include "actors/core/dispatch_queue.hpp"
#include "actors/core/membership.hpp"
#include "actors/core/result_relay.hpp"
#include "bench/instructions/surroundings.hpp"

#include <string>
#include <vector>

namespace evenkeel::bench {

class proxy_side {
public:
  /// Begins an epoch, and lets the time pass in which nodes of an earlier one might come back.
  proxy_side(surroundings& world, wire& link_wire, const std::string& directory, bool home_calls);

  welcome on_join(const join& request);
  /// Messages of the node: opened, and put aside.
  void receive(const std::vector<packet>& packets);
  /// Does what the received messages ask for.
  void work();
  /// What is for the node.
  std::vector<packet> send();
  [[nodiscard]] bool has_work() const { return !inbox_.empty(); }

private:
  void route(const core::from_node& message);
  void run_membership();
  void run_queue();
  void run_relay();

  surroundings* world_;
  wire* wire_;
  disk disk_;
  core::membership membership_;
  core::dispatch_queue queue_;
  core::result_relay relay_;
  core::step<core::membership_output> membership_step_;
  core::step<core::dispatch_output> queue_step_;
  core::step<core::relay_output> relay_step_;
  std::vector<welcome> welcomes_;
  std::vector<core::from_node> inbox_;
  std::vector<core::to_node> outgoing_;
  std::vector<packet> packets_;
};

} // namespace evenkeel::bench
