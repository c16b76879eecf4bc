// One life of the proxy's process: its cores and, between them, what the shells in actors/ do
// (proxy, dispatcher, result_collector, start_proxy), with mailboxes in place of actors.
// Owns: the cores. Must not know: faults, clients, runs.
#pragma once

#include "actors/core/dispatch_queue.hpp"
#include "actors/core/membership.hpp"
#include "actors/core/query_router.hpp"
#include "actors/core/result_relay.hpp"
#include "actors/core/step.hpp"
#include "simulator/surroundings.hpp"
#include "simulator/virtual_store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace evenkeel::simulator {

struct proxy_settings {
  core::dispatch_settings dispatch;
  core::relay_limits relay;
  const disk_pace* pace = nullptr;
  std::int64_t hop_us = 20;
  bool checks = true; ///< the cores recompute their invariants at every tick
  const std::function<std::int64_t()>* clock_ns = nullptr; ///< measures the dispatch core; or null
  std::int64_t* dispatch_ns = nullptr;                     ///< where what it took is added
};

class proxy_life {
public:
  proxy_life(surroundings& world, process& owner, dice& luck, const proxy_settings& settings,
             const std::shared_ptr<persistence::memory_disk>& disk);
  proxy_life(const proxy_life&) = delete;
  proxy_life& operator=(const proxy_life&) = delete;

  [[nodiscard]] const std::string& problem() const { return problem_; }
  void start();
  void die() { store_->die(); }

  void on_packet(const peer& from, proxy_packet content);
  /// The connection to it is seen to be gone.
  void on_disconnected(const peer& from);

  [[nodiscard]] const core::dispatch_queue& queue() const { return *queue_; }
  [[nodiscard]] const core::result_relay& relay() const { return *relay_; }
  [[nodiscard]] const core::membership& membership() const { return *membership_; }
  [[nodiscard]] std::string check_invariants() const;

private:
  template <class Input>
  void tell_queue(Input&& input) {
    dispatcher_box_.post([this, input = std::forward<Input>(input)]() mutable {
      measure([&] { input(*queue_, owner_->now(), queue_step_.fx); });
      schedule_queue_flush();
    });
  }
  template <class Call>
  void measure(Call&& call) {
    const auto began_ns = settings_.clock_ns != nullptr ? (*settings_.clock_ns)() : 0;
    call();
    if (settings_.clock_ns != nullptr)
      *settings_.dispatch_ns += (*settings_.clock_ns)() - began_ns;
  }
  template <class Input>
  void tell_relay(Input&& input) {
    collector_box_.post([this, input = std::forward<Input>(input)]() mutable {
      input(*relay_, owner_->now(), relay_step_.fx);
      schedule_relay_flush();
    });
  }
  template <class Input>
  void tell_router(Input&& input) {
    collector_box_.post([this, input = std::forward<Input>(input)]() mutable {
      core::router_effects fx;
      input(*router_, owner_->now(), fx);
      run_router(fx);
    });
  }

  bool recover(const std::shared_ptr<persistence::memory_disk>& disk, dice& luck);
  void on_load_report(const peer& from, const load_report& report);
  void schedule_queue_flush();
  void schedule_relay_flush();
  void run_membership();
  void run_membership_output(core::membership_output& output);
  void run_queue();
  void run_relay();
  void run_router(core::router_effects& fx);
  void route(const core::from_node& message);
  void send_out(std::vector<core::to_node> messages);
  void tick();
  void dispatcher_tick();
  void collector_tick();
  std::uint64_t channel_of(const peer& from) const;
  void send(std::uint64_t channel, node_packet content);
  void log(const core::note& line) { world_->log("proxy", line); }

  surroundings* world_;
  process* owner_;
  proxy_settings settings_;
  std::string problem_;
  std::unique_ptr<virtual_store> store_;
  std::unique_ptr<core::membership> membership_;
  std::unique_ptr<core::dispatch_queue> queue_;
  std::unique_ptr<core::result_relay> relay_;
  std::unique_ptr<core::query_router> router_;
  core::step<core::membership_output> membership_step_;
  core::step<core::dispatch_output> queue_step_;
  core::step<core::relay_output> relay_step_;
  mailbox proxy_box_;
  mailbox dispatcher_box_;
  mailbox collector_box_;
  std::map<peer, std::uint64_t> channels_;
  std::map<std::uint64_t, peer> peers_;
  std::uint64_t next_channel_ = 1;
  bool queue_flush_scheduled_ = false;
  bool relay_flush_scheduled_ = false;
};

} // namespace evenkeel::simulator
