// The cluster's queue, the loads of the executors, and who runs what (design section 6).
// Owns: every unfinished job known to the proxy, its place, fences, recalls, the load table; rules
// R2, R3, R7, R10, R12, R14, R16. Its records are hints: what nodes say overrules them. Must not
// know: results' payload, links' sequence numbers, actors.
#pragma once

#include "actors/core/proxy_effects.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace evenkeel::core {

struct dispatch_settings {
  cluster_settings cluster;
  std::uint32_t dispatch_period_ms = 0;           ///< DISPATCH_PERIOD; 0: at once
  std::uint32_t max_jobs_per_round = 0;           ///< MAX_NUM_JOBS_DISPATCH; 0: no limit
  bool weighted = false;                          ///< equal load per slot instead of equal numbers
  std::uint32_t max_deaths = 3;                   ///< R14; the last try runs alone
  std::uint32_t max_prefetch = 4096;              ///< not-started jobs per executor
  std::uint64_t max_prefetch_bytes = 8ULL << 20U; ///< their specs, per executor
  std::uint64_t max_jobs = 4'000'000;             ///< beyond: no credit for submissions
  std::uint64_t max_bytes = 2ULL << 30U;          ///< specs; beyond: no credit
  std::uint64_t absent_home_jobs = 1024; ///< R10: assigned or unacknowledged, per absent home
  std::uint32_t refused_retry_ms = 1000;
};

/// Where rounds or periods are to pace jobs or results, home calls would pass them: there are none.
dispatch_settings with_pace_kept(dispatch_settings chosen);

/// For the result relay: this executor's grace is over; its jobs are assigned anew.
struct executor_given_up {
  ledger_id executor;
};
/// For the result relay, once a REQUEST_RESULT_PERIOD: the attempts that run there.
struct result_period {
  ledger_id executor;
  std::vector<attempt_ref> missing;
};

using dispatch_output = std::variant<to_node, executor_given_up, result_period, note>;
using dispatch_effects = effects<dispatch_output>;

class dispatch_queue {
public:
  explicit dispatch_queue(dispatch_settings settings);
  ~dispatch_queue();
  dispatch_queue(dispatch_queue&&) noexcept;
  dispatch_queue& operator=(dispatch_queue&&) noexcept;

  /// member, cluster_job and placement records as found on disk, any order; before anything else.
  void recover(const record::value& content);
  /// Ends recovery and begins an epoch. `wiped`: the proxy's disk was empty, so nobody knows who
  /// may hold what. Called again when the epoch is raised (R1); all nodes are down then.
  void on_epoch(const epoch& current, bool wiped, instant now, dispatch_effects& fx);

  void on_node_up(const node_up& node, instant now, dispatch_effects& fx);
  void on_node_down(const node_down& node, instant now, dispatch_effects& fx);
  void on_load_report(const ledger_id& node, const load_report& report, instant now);
  /// Takes inventory, submit_batch, release_batch, cancel_batch, verdict_batch, grant_batch,
  /// result_ack, audit, locate, drain, and query of NODES and STATS; ignores the rest.
  void on_message(const from_node& message, instant now, dispatch_effects& fx);
  /// Results of these attempts have come from this executor to the relay: its slots are free.
  void on_results(const ledger_id& executor, const std::vector<attempt_ref>& attempts, instant now,
                  dispatch_effects& fx);
  /// The relay has lost them with their executor: they are to run again.
  void on_results_gone(const std::vector<attempt_ref>& attempts, instant now, dispatch_effects& fx);
  /// `evenkeel retire`: the ledger is dead for good, its jobs are dropped and stopped (R10).
  void on_retired(const ledger_id& ledger, instant now, dispatch_effects& fx);
  /// Graces, periods, rates, R8. Called about every 50 ms.
  void on_tick(instant now, dispatch_effects& fx);
  /// Places jobs and emits everything collected. Call after each run of inputs.
  void flush(instant now, dispatch_effects& fx);

  struct totals {
    std::uint64_t jobs = 0;     ///< known and not acknowledged by their homes
    std::uint64_t queued = 0;   ///< waiting for an executor
    std::uint64_t delayed = 0;  ///< of these, for the end of the pause after a refusal
    std::uint64_t assigned = 0; ///< on an executor
    std::uint64_t ended = 0;    ///< with a result on its way home
    std::uint64_t alone = 0;    ///< last tries of suspected poison jobs, waiting or on an executor
    std::uint64_t bytes = 0;    ///< of specs
  };
  [[nodiscard]] totals count() const;
  [[nodiscard]] std::uint32_t spread() const;
  [[nodiscard]] std::uint32_t avoidable_spread() const;
  /// Share of the time with a non-empty queue in which the spread was at most `limit`, 0 to 1.
  [[nodiscard]] double share_of_time_even() const;
  /// Number of jobs in the load of this executor.
  [[nodiscard]] std::size_t load_of(const ledger_id& executor) const;
  /// It has a link, as far as this queue has been told.
  [[nodiscard]] bool live(const ledger_id& node) const;
  /// Recomputes every count and index; returns what is wrong, empty when all is well.
  [[nodiscard]] std::string check_invariants() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace evenkeel::core
