// What an executor has to tell the proxy on the link that stands: results under credit, and
// releases. Owns: the credit, the order in which results leave, the memory that their output takes,
// and what is collected until the next flush. A result whose output is not in memory is read back
// from the store when its turn has come. Must not know: why an attempt ended or was released, how
// jobs run.
#pragma once

#include "actors/core/executor_queue.hpp"
#include "actors/core/executor_table.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace evenkeel::core {

/// The results that may be on their way to the proxy at once (R11). Counts restart with each link.
class result_credit {
public:
  void open(const cluster_settings& settings);
  /// One result is always allowed when none is outstanding, however large it is.
  [[nodiscard]] bool allows(std::uint64_t bytes) const;
  void spend(std::uint64_t bytes);
  /// What was spent did not leave after all.
  void refund(std::uint64_t bytes);
  /// The proxy's running totals. Never trusted beyond what was sent.
  void on_taken(const result_taken& totals);
  [[nodiscard]] std::uint64_t outstanding() const { return sent_.results - taken_.results; }
  [[nodiscard]] std::uint64_t outstanding_bytes() const { return sent_.bytes - taken_.bytes; }

private:
  std::uint64_t window_ = 0;
  std::uint64_t window_bytes_ = 0;
  result_taken sent_;
  result_taken taken_;
};

class executor_outbox {
public:
  /// `memory_limit` in bytes of output. The table must outlive this.
  executor_outbox(executor_table& table, std::uint64_t memory_limit);

  void open(std::uint64_t link, const cluster_settings& settings);
  /// Forgets what was collected: the next link's inventory tells the truth anyway.
  void close();
  [[nodiscard]] bool is_open() const { return link_.has_value(); }

  /// An entry has its result now: take its output into account, and send it unless results have to
  /// be asked for (result_period_ms).
  void on_finished(attempt_entry& entry, executor_effects& fx);
  /// An entry is about to be erased.
  void on_erase(attempt_entry& entry);
  /// Sends a result (again), unless it is on its way already.
  void send(attempt_entry& entry);
  /// As `send`, unless results have to be asked for.
  void offer(attempt_entry& entry);
  void release(const attempt_ref& what, release_reason reason, std::string text = {});
  void on_taken(const result_taken& totals) { credit_.on_taken(totals); }
  /// The store's answer. False: the result is gone, the caller has to give the attempt up.
  bool on_loaded(attempt_entry& entry, const record::value* content);

  /// Lets results go as far as there is credit. After every input.
  void pump(executor_effects& fx);
  /// Emits what was collected, in messages of limited size.
  void flush(executor_effects& fx);
  /// Names everything that is held (R7).
  void emit_inventory(executor_effects& fx) const;

  /// What is wrong; empty when all is well.
  [[nodiscard]] std::string check() const;

private:
  void spill(attempt_entry& entry);
  job_result copy_for_sending(attempt_entry& entry);
  void flush_results(executor_effects& fx);
  void flush_releases(executor_effects& fx);

  executor_table& table_;
  std::uint64_t memory_limit_;
  std::uint64_t memory_ = 0; ///< bytes of output held
  std::optional<std::uint64_t> link_;
  bool only_when_asked_ = false;
  result_credit credit_;
  std::set<line_place> waiting_;
  std::vector<attempt_ref> collected_; ///< may name what was erased since
  std::vector<released_attempt> releases_;
};

} // namespace evenkeel::core
