// The executor actor: a shell around core::executor_queue that really runs jobs. Commands and
// scripts go to the process launcher, functions to runners, sleeps to a timer; nothing
// blocks. Owns: what runs, and what was started ahead and waits here, in order, for a free slot.
// Must not decide what runs when.
#pragma once

#include "actors/core/command_places.hpp"
#include "actors/core/executor_queue.hpp"
#include "actors/core/input_hold.hpp"
#include "actors/core/runner_demand.hpp"
#include "actors/function_runner.hpp"
#include "actors/jobs/function_registry.hpp"
#include "actors/jobs/launcher_pool.hpp"
#include "actors/local_interfaces.hpp"
#include "actors/log.hpp"
#include "actors/step.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace evenkeel {

struct executor_parts {
  std::shared_ptr<core::executor_queue> queue; ///< recovered
  store_actor store;
  node_service node;
  std::string node_name;
  std::string ledger;                    ///< hex, for the environment of jobs (R17)
  std::size_t capture_limit = 1U << 20U; ///< bytes kept of each of stdout and stderr
  std::uint32_t slots = 1;
  const jobs::function_registry* functions = nullptr;
  std::function<function_runner_actor()> spawn_runner; ///< detached, so that it may block
  jobs::job_confinement confinement;                   ///< of commands and scripts
  logger log;
};

class executor_state {
public:
  static constexpr const char* name = "executor";
  using pointer = executor_actor::stateful_pointer<executor_state>;

  void start(pointer self, executor_parts parts);
  template <class Input>
  void tell(Input&& input) {
    input(*parts_.queue, read_clock(), step_.fx());
    schedule_flush();
  }
  void on_committed(const committed& news);
  void on_ended(job_ended& news);
  void on_calls_ended();
  void on_runner_idle(const runner_idle& news);
  void on_command_end(jobs::command_end& end);
  void on_tick();
  void on_stop();
  void flush();

private:
  struct run {
    job_kind kind = job_kind::command;
    std::uint32_t sleep_ms = 0;
    std::int64_t started_ms = 0;
    std::string ticket;
    std::uint64_t token = 0; ///< the launcher's name for it; 0: it has none
    bool holds_slot = false; ///< no function, which its runner holds one for
  };

  void schedule_flush();
  void run_outputs();
  void start_job(core::start_job& order);
  [[nodiscard]] bool has_free_slot() const;
  void use_free_slots();
  void start_commands();
  jobs::command_request request_for(core::start_job& order);
  void begin_run(std::uint64_t token);
  void start_command(jobs::command_request request);
  [[nodiscard]] std::size_t waiting_commands() const { return waiting_.size() + places_.in_line(); }
  void start_function(core::start_job& order);
  void wake_runners(std::size_t most);
  void wake_all_runners() { wake_runners(calls_->waiting()); }
  bool take_back(const attempt_ref& what);
  void stop_job(const attempt_ref& what);
  void withdraw_job(const attempt_ref& what);
  void start_home_call(core::home_call& call);
  void withdraw_home_call(std::uint64_t number);
  void on_home_call_ended(job_ended& news);

  pointer self_ = nullptr;
  executor_parts parts_;
  step<core::executor_output> step_;
  std::unique_ptr<jobs::launcher_pool> launcher_;
  std::map<attempt_ref, run> runs_;
  std::map<std::uint64_t, attempt_ref> commands_; ///< by token
  std::deque<core::start_job> waiting_;           ///< commands, for a free slot
  core::command_places places_; ///< of those that run, and of those in line before `waiting_`
  std::shared_ptr<call_exchange> calls_ = std::make_shared<call_exchange>();
  std::vector<function_runner_actor> idle_runners_;
  std::size_t busy_runners_ = 0;
  bool runners_held_ = false;  ///< they take no calls: a command waits for a slot of theirs
  core::runner_demand demand_; ///< of home calls
  std::size_t other_runs_ = 0; ///< than functions
  std::uint64_t next_token_ = 1;
  std::optional<load_numbers> reported_; ///< the first is always told
  core::input_hold hold_;
  bool flush_scheduled_ = false;
  bool stopping_ = false;
};

executor_actor::behavior_type executor(executor_state::pointer self, executor_parts parts);

} // namespace evenkeel
