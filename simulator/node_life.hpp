// One life of a node's process: its cores and, between them, what the shells in actors/ do (node,
// executor, question_desk, start_node), with mailboxes in place of actors.
// Owns: the cores. Must not know: faults, clients, what a run is.
#pragma once

#include "actors/core/executor_queue.hpp"
#include "actors/core/node_link.hpp"
#include "actors/core/query_router.hpp"
#include "actors/core/step.hpp"
#include "actors/core/ticket_ledger.hpp"
#include "simulator/surroundings.hpp"
#include "simulator/virtual_store.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace evenkeel::simulator {

struct node_settings {
  std::size_t index = 0;
  std::string name;
  std::uint32_t slots = 2;
  std::vector<std::string> functions;
  ledger_id fresh_ledger;
  core::ledger_limits limits;
  const disk_pace* pace = nullptr;
  std::int64_t hop_us = 20;
  std::uint64_t disk_reserve_bytes = 1000;
  std::uint64_t held_result_bytes = 64ULL << 20U;
  bool checks = true; ///< the cores recompute their invariants at every tick
};

class node_life {
public:
  /// Recovers. `start` follows if it went well.
  node_life(surroundings& world, process& owner, dice& luck, const node_settings& settings,
            std::shared_ptr<persistence::memory_disk> disk);
  node_life(const node_life&) = delete;
  node_life& operator=(const node_life&) = delete;

  /// Empty, or why it cannot start.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  void start();
  void die() { store_->die(); }

  // -- the network
  void on_connected();
  void on_connect_failed(const std::string& why);
  void on_disconnected();
  void on_packet(node_packet content);
  // -- clients
  void on_request(std::uint64_t session, std::uint64_t number, client_request request);
  void on_session_closed(std::uint64_t session);
  // -- runs
  void on_run_over(const attempt_ref& what, std::int64_t took_us, core::run_end end);
  // -- an operator
  void stop();

  [[nodiscard]] const core::ticket_ledger& ledger() const { return *ledger_; }
  [[nodiscard]] const core::executor_queue& executor() const { return *queue_; }
  [[nodiscard]] const core::node_link& link() const { return *link_; }
  [[nodiscard]] bool stopping() const { return stopping_; }
  /// Empty when all is well.
  [[nodiscard]] std::string check_invariants() const;

private:
  template <class Input>
  void tell_link(Input&& input) {
    input(*link_, owner_->now(), link_step_.fx);
    run_link();
  }
  template <class Input>
  void tell_ledger(Input&& input) {
    input(*ledger_, owner_->now(), ledger_step_.fx);
    schedule_ledger_flush();
  }
  template <class Input>
  void tell_executor(Input&& input) {
    executor_box_.post([this, input = std::forward<Input>(input)]() mutable {
      input(*queue_, owner_->now(), executor_step_.fx);
      schedule_executor_flush();
    });
  }
  template <class Input>
  void tell_questions(Input&& input) {
    desk_box_.post([this, input = std::forward<Input>(input)]() mutable {
      core::desk_effects fx;
      input(desk_, owner_->now(), fx);
      run_desk(fx);
    });
  }

  bool recover(std::shared_ptr<persistence::memory_disk> disk, dice& luck);
  void use_free_slots();
  void stop_job(const attempt_ref& what);
  void withdraw_job(const attempt_ref& what);
  void withdraw_home_call(std::uint64_t number);
  void schedule_ledger_flush();
  void schedule_executor_flush();
  void run_link();
  void run_link_output(core::link_output& output);
  void run_ledger();
  void run_executor();
  void run_desk(core::desk_effects& fx);
  void route(const proxy_message& content);
  void report_load();
  void watch_disk();
  void open_or_close_intake();
  void tick();
  void executor_tick();
  void desk_tick();
  void leave_when_done();
  void log(const core::note& line) { world_->log(settings_.name, line); }

  surroundings* world_;
  process* owner_;
  node_settings settings_;
  std::shared_ptr<persistence::memory_disk> disk_;
  std::string problem_;
  std::unique_ptr<virtual_store> store_;
  std::unique_ptr<core::node_link> link_;
  std::unique_ptr<core::ticket_ledger> ledger_;
  std::unique_ptr<core::executor_queue> queue_;
  core::question_desk desk_;
  core::step<core::link_output> link_step_;
  core::step<core::ledger_output> ledger_step_;
  core::step<core::executor_output> executor_step_;
  mailbox node_box_;
  mailbox executor_box_;
  mailbox desk_box_;
  std::uint32_t running_ = 0; ///< as the executor told the node last
  std::uint32_t queued_ = 0;
  std::uint64_t done_ = 0;
  std::uint32_t long_home_calls_ = 0;
  std::uint64_t home_calls_done_ = 0;
  std::size_t runs_ = 0;                      ///< under way
  std::deque<core::start_job> waiting_jobs_;  ///< for a slot that a home call has taken meanwhile
  std::deque<core::home_call> waiting_calls_; ///< for a free slot
  bool connected_ = false;
  bool disk_is_low_ = false;
  bool ledger_flush_scheduled_ = false;
  bool executor_flush_scheduled_ = false;
  bool stopping_ = false;
  bool executor_stopping_ = false;
  bool executor_stopped_ = false;
  bool left_ = false;
};

} // namespace evenkeel::simulator
