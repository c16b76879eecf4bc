// A node's cores and, between them, what the shells in actors/ do (node, executor), without actors.
// Owns: the cores, what waits between them. Must not know: stages, clients' text.
#pragma once

#include "actors/core/executor_queue.hpp"
#include "actors/core/node_link.hpp"
#include "actors/core/ticket_ledger.hpp"
#include "actors/jobs/function_registry.hpp"
#include "bench/instructions/surroundings.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::bench {

class node_side {
public:
  node_side(surroundings& world, wire& link_wire, const std::string& directory,
            std::uint32_t slots);

  /// The handshake: what the proxy answers to `hello` goes to `on_welcome`.
  join hello();
  void on_welcome(const welcome& content);

  void on_request(const core::requester& from, const client_request& request);
  void flush_ledger();
  void commit_ledger();
  /// Messages of the proxy: opened, and put aside.
  void receive(const std::vector<packet>& packets);
  /// Does what the received messages ask for, and runs the calls that start.
  void work();
  /// What the ledger has handed over: run, and its ends told.
  void run_home_calls();
  /// The ledger hears of them.
  void end_home_calls();
  /// What is for the proxy.
  std::vector<packet> send();
  [[nodiscard]] bool has_work() const { return !inbox_.empty(); }

  std::vector<core::reply> take_replies() { return std::exchange(replies_, {}); }

private:
  void route(const proxy_message& content);
  void run_link();
  void run_executor();
  void run_calls();

  surroundings* world_;
  wire* wire_;
  disk disk_;
  jobs::function_registry functions_;
  core::node_link link_;
  core::ticket_ledger ledger_;
  core::executor_queue executor_;
  core::step<core::link_output> link_step_;
  core::step<core::ledger_output> ledger_step_;
  core::step<core::executor_output> executor_step_;
  std::vector<join> joins_;
  std::vector<proxy_message> inbox_;
  std::vector<core::to_proxy> outgoing_;
  std::vector<packet> packets_;
  std::vector<core::start_job> starts_;
  core::run_home_calls wanted_calls_;
  std::vector<core::home_call> calls_;
  core::home_call_news news_;
  std::vector<core::reply> replies_;
};

} // namespace evenkeel::bench
