// What a simulated process needs of the world around it.
#pragma once

#include "actors/core/executor_queue.hpp"
#include "actors/core/ticket_ledger.hpp"
#include "simulator/packets.hpp"

#include <cstddef>
#include <string>

namespace evenkeel::simulator {

class surroundings {
public:
  surroundings() = default;
  surroundings(const surroundings&) = delete;
  surroundings& operator=(const surroundings&) = delete;
  virtual ~surroundings() = default;

  // -- for nodes
  /// Answered by on_connected or on_connect_failed.
  virtual void connect(std::size_t node) = 0;
  virtual void send_to_proxy(std::size_t node, proxy_packet content) = 0;
  virtual void reply(std::size_t node, const core::reply& answer) = 0;
  /// The job's process starts; on_run_over tells of its end.
  virtual void start_run(std::size_t node, const core::start_job& order) = 0;
  virtual void start_home_call(std::size_t node, const core::home_call& call) = 0;
  /// SIGTERM to the job's process.
  virtual void stop_run(std::size_t node, const attempt_ref& what) = 0;
  virtual void stopped(std::size_t node) = 0;
  /// A disk has failed: the process has ended itself.
  virtual void node_failed(std::size_t node, const std::string& why) = 0;

  // -- for the proxy
  virtual void send_to_node(const peer& to, node_packet content) = 0;
  /// The dispatcher says that this attempt goes to an executor; it may be lost on the way.
  virtual void assigned(const attempt_ref& what) = 0;
  /// The proxy takes this node's link for ended.
  virtual void link_ended(const ledger_id& node) = 0;
  virtual void proxy_failed(const std::string& why) = 0;

  // -- for both
  virtual void log(const std::string& who, const core::note& line) = 0;
  /// A core says that its own state is wrong.
  virtual void broken(const std::string& what) = 0;
};

} // namespace evenkeel::simulator
