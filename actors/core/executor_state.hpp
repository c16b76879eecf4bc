// The insides of executor_queue: the rules by which an attempt moves from state to state.
// executor_queue.cpp has its life (recovery, starts, ends), executor_messages.cpp what the proxy
// asks, executor_home.cpp what the ledger beside it asks. Must not know: how results travel
// (executor_outbox.hpp), how entries are indexed (executor_table.hpp).
#pragma once

#include "actors/core/executor_home_calls.hpp"
#include "actors/core/executor_outbox.hpp"
#include "actors/core/executor_queue.hpp"
#include "actors/core/executor_table.hpp"
#include "actors/core/start_ahead.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace evenkeel::core {

struct executor_queue::state {
  explicit state(executor_settings with);

  executor_settings settings; ///< `functions` sorted
  executor_table table;
  executor_outbox outbox;
  executor_home_calls home_calls;
  bool shut_down = false;
  /// Nothing starts: what `recover` queued may be stale, and the proxy has not answered its
  /// inventory.
  bool waits_for_word = false;
  std::array<start_ahead, job_kinds> ahead; ///< by kind
  std::uint64_t next_order = 1;
  std::uint64_t done = 0;

  // -- what the proxy asks
  // ----------------------------------------------------------------------------
  void take(const assign_batch& message, instant now, executor_effects& fx);
  void take(const recall_batch& message, executor_effects& fx);
  void take(const stop_batch& message, executor_effects& fx);
  void take(const result_request& message);
  void take(const result_ack& message, executor_effects& fx);

  // -- calls of the ledger here
  // ----------------------------------------------------------------------------
  [[nodiscard]] bool has_room(const home_call& call, instant now);
  [[nodiscard]] std::size_t live() const { return table.live() + home_calls.size(); }

  // -- an attempt's life
  // ------------------------------------------------------------------------------
  /// Fills free slots from the head of the queue, and starts calls ahead.
  void start_ready(instant now, executor_effects& fx);
  [[nodiscard]] bool has_room(const attempt_entry& next, instant now) const;
  void start(attempt_entry& entry, executor_effects& fx);
  /// Asks a live attempt to end, once. The record says so first: whatever kills it then is no
  /// death.
  void ask_to_end(attempt_entry& entry, executor_effects& fx);
  /// No result is wanted from this live attempt any more.
  void stop(attempt_entry& entry, executor_effects& fx);
  void finish(attempt_entry& entry, run_end end, instant now, executor_effects& fx);
  /// Without what tells one attempt from another.
  [[nodiscard]] job_result result_of(job_kind kind, run_end end, instant now) const;
  void forget(attempt_entry& entry, executor_effects& fx);
  void give_up(attempt_entry& entry, release_reason reason, std::string text, executor_effects& fx);
  [[nodiscard]] bool knows_function(const job_spec& spec) const;
  [[nodiscard]] bool knows_function(const std::string& name) const;

private:
  /// Null, or how an assignment that cannot be taken is answered.
  [[nodiscard]] std::optional<released_attempt> objection(const assignment& job) const;
  /// False when a later attempt of the same job is here; earlier ones give way.
  bool make_way(const attempt_ref& what, executor_effects& fx);
  bool assign(const assignment& job, executor_effects& fx);
};

} // namespace evenkeel::core
