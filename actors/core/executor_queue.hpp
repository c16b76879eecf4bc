// The executor side of a job: what was assigned here, what runs, and the results that are not at
// home yet. One entry per attempt, from its assignment to the home's acknowledgement. Owns: the
// queue, the slots, held results and their window. Must not know: how a job is run (the shell's
// matter), who its clients are, where else work is.
#pragma once

#include "actors/core/effects.hpp"
#include "actors/core/home_call.hpp"
#include "actors/core/ticket_ledger.hpp" // to_proxy, load_record
#include "messages/protocol.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace evenkeel::core {

struct executor_settings {
  std::string node;    ///< name, for results
  incarnation process; ///< ours, for start grants (R3)
  std::uint32_t slots = 1;
  std::uint32_t most_ahead = 0; ///< jobs that are started before a slot is free, at most
  std::uint64_t held_result_bytes = 64ULL << 20U; ///< kept in memory; beyond, only on disk
  std::vector<std::string> functions;             ///< that can run here
};

/// Run this as soon as a slot is free: short jobs are started ahead (start_ahead.hpp).
struct start_job {
  attempt_ref what;
  std::uint32_t attempt = 0;
  std::string home_code;
  job_spec spec;
  friend bool operator==(const start_job&, const start_job&) = default;
};

/// End this running attempt: SIGTERM, then SIGKILL. `on_ended` follows.
struct stop_job {
  attempt_ref what;
  friend bool operator==(const stop_job&, const stop_job&) = default;
};

/// Take back this job if it has only been started ahead of a free slot. `on_withdrawal` follows.
struct withdraw_job {
  attempt_ref what;
  friend bool operator==(const withdraw_job&, const withdraw_job&) = default;
};

/// Run this home call as soon as a slot is free.
struct start_home_call {
  home_call call;
  friend bool operator==(const start_home_call&, const start_home_call&) = default;
};

/// Take back this home call if it has not begun. `on_home_call_withdrawal` follows.
struct withdraw_home_call {
  std::uint64_t number = 0;
  friend bool operator==(const withdraw_home_call&, const withdraw_home_call&) = default;
};

/// How a run ended, as the shell saw it.
struct run_end {
  bool could_not_start = false; ///< for want of resources: nothing ran, try elsewhere
  bool out_truncated = false;
  bool err_truncated = false;
  bool succeeded = true; ///< functions and sleeps; commands are judged by exit_code and signal
  std::int32_t exit_code = 0;
  std::int32_t signal = 0;
  std::int64_t started_ms = 0; ///< unix time
  std::int64_t ended_ms = 0;   ///< unix time; 0: now
  std::string out;
  std::string err;
  std::string reason;
};

using executor_output = std::variant<to_proxy, start_job, stop_job, withdraw_job, start_home_call,
                                     withdraw_home_call, home_call_news, load_record, note>;
using executor_effects = effects<executor_output>;

/// All inputs take the time and append to `fx`. Not thread safe.
class executor_queue {
public:
  explicit executor_queue(executor_settings settings);
  ~executor_queue();
  executor_queue(executor_queue&&) noexcept;
  executor_queue& operator=(executor_queue&&) noexcept;

  /// One held_attempt record as found on disk (others are ignored); before anything else. What had
  /// started and not finished is `interrupted`: reported, never rerun by itself (R2).
  void recover(const record::value& content);

  /// A link stands: name all that is held (R7) and send every finished result again. After a power
  /// cut, what `recover` queued may have been given back, run and finished long ago: nothing starts
  /// before the first stop_batch, with which the proxy answers the inventory.
  void on_link_up(std::uint64_t link, const cluster_settings& settings, instant now,
                  executor_effects& fx);
  /// Running jobs run on; queued ones start as slots get free; results wait.
  void on_link_down(instant now, executor_effects& fx);
  /// Takes assign_batch, recall_batch, stop_batch, result_request (also inside result_exchange),
  /// result_taken, result_ack; ignores the rest.
  void on_message(const proxy_message& message, instant now, executor_effects& fx);

  /// A run that start_job asked for is over. Unknown attempts are ignored.
  void on_ended(const attempt_ref& what, run_end end, instant now, executor_effects& fx);
  /// Answer to withdraw_job. `withdrawn`: it has not run, and will not.
  void on_withdrawal(const attempt_ref& what, bool withdrawn, instant now, executor_effects& fx);
  /// Calls of the ledger here; start_home_call or home_call_news follow. They hold slots like
  /// attempts.
  void on_home_calls(run_home_calls wanted, instant now, executor_effects& fx);
  /// A run that start_home_call asked for is over. Unknown numbers are ignored.
  void on_home_call_ended(std::uint64_t number, std::int64_t took_us, run_end end, instant now,
                          executor_effects& fx);
  /// Answer to withdraw_home_call.
  void on_home_call_withdrawal(std::uint64_t number, bool withdrawn, instant now,
                               executor_effects& fx);
  /// Home calls that wait too long are given back. Called about every 100 ms.
  void on_tick(instant now, executor_effects& fx);
  /// Answer to load_record.
  void on_loaded(const record::key& where, const record::value* content, instant now,
                 executor_effects& fx);
  /// SIGTERM reached us: start nothing more, stop what runs; every end from here on is
  /// `interrupted` (R4). `idle` tells when all runs are over.
  void on_shutdown(instant now, executor_effects& fx);
  [[nodiscard]] bool idle() const;
  /// Emits the releases, results and home_call_news that the inputs since the last flush have
  /// collected, in messages of at most about 192 KiB (a single larger result goes alone). Call
  /// after each run of inputs.
  void flush(instant now, executor_effects& fx);

  [[nodiscard]] std::uint32_t running() const; ///< without those started ahead, which are queued
  [[nodiscard]] std::uint32_t queued() const;
  /// Attempts of which anything is here: those of `running` and `queued`, and results that their
  /// homes, or the proxy for them, have not taken yet.
  [[nodiscard]] std::uint64_t held() const;
  [[nodiscard]] std::uint64_t done() const;            ///< attempts ended since construction
  [[nodiscard]] std::uint64_t home_calls_done() const; ///< ended since construction
  /// Those of `running` that are home calls and have become long: the proxy is told of them.
  [[nodiscard]] std::uint32_t long_home_calls(instant now) const;
  /// Recomputes every count and index; returns what is wrong, empty when all is well.
  [[nodiscard]] std::string check_invariants() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace evenkeel::core
