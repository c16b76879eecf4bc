// The proxy actor: a shell around core::membership. Every message between the cluster's processes
// passes here; jobs go on to the dispatcher, results to the result collector.
// Owns: the channels (who sent which join). Must not decide anything.
#pragma once

#include "actors/core/membership.hpp"
#include "actors/core/traffic_digest.hpp"
#include "actors/local_interfaces.hpp"
#include "actors/step.hpp"

#include <functional>
#include <map>
#include <memory>

namespace evenkeel {

struct proxy_parts {
  std::shared_ptr<core::membership> membership; ///< recovered, not started
  store_actor store;
  dispatcher_actor dispatcher;
  result_collector_actor collector;
  spawn_desk_actor spawns;
  std::function<void()> on_stopped;
};

class proxy_state {
public:
  static constexpr const char* name = "proxy";
  using pointer = proxy_service::stateful_pointer<proxy_state>;

  void start(pointer self, proxy_parts parts);

  void on_join(const join& request, const node_actor& peer);
  void on_load_report(const load_report& report);
  void on_link_message(const link_header& header, node_message content);
  void on_outgoing(std::vector<core::to_node>& messages);
  void on_committed(const committed& news);
  void on_tick();
  caf::result<hosting_answer> on_hosting(const hosting_request& request);
  void on_stop() const;
  void flush();

private:
  std::uint64_t channel_of_sender();
  void on_down(const caf::actor_addr& peer);
  void run(core::membership_output& output);
  void route(core::from_node& message);

  pointer self_ = nullptr;
  proxy_parts parts_;
  step<core::membership_output> step_;
  std::map<caf::actor_addr, std::uint64_t> channels_;
  std::map<std::uint64_t, node_actor> peers_;
  std::uint64_t next_channel_ = 1;
  bool collector_ticks_ = false; ///< at every second tick
  core::traffic_digest digest_;  ///< fed while debug lines are shown
};

proxy_service::behavior_type proxy(proxy_state::pointer self, proxy_parts parts);

} // namespace evenkeel
