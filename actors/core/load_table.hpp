// The loads of the executors in the order in which they are to get work, and how even they are.
// Owns: the order and the time-weighted spread. Every change and every choice is O(log executors).
// Must not know: jobs, links, what an executor offers (a kind is a number here), why it is
// eligible.
#pragma once

#include "actors/core/effects.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

namespace evenkeel::core {

class load_table {
public:
  struct entry {
    std::uint32_t slots = 0;
    std::uint32_t load = 0;     ///< size of the set of its unfinished assignments (R16)
    std::uint32_t capacity = 0; ///< slots and prefetch; 0: gets no work now
    std::uint32_t kind = 0;     ///< executors of one kind can run the same jobs
    bool operator==(const entry&) const = default;
    [[nodiscard]] std::uint32_t running() const { return load < slots ? load : slots; }
    [[nodiscard]] std::uint32_t excess() const { return load > slots ? load - slots : 0; }
    /// Free slots that may be filled.
    [[nodiscard]] std::uint32_t idle() const { return capacity > 0 ? slots - running() : 0; }
  };

  /// Place in the order of choice: free slots before prefetch, then the least load, then the id.
  struct place {
    bool prefetch = false;
    std::uint64_t weight = 0;
    ledger_id executor;
    friend auto operator<=>(const place&, const place&) = default;
  };

  /// An executor with not-started jobs beyond its slots; the last in the order holds the most.
  struct surplus {
    std::uint32_t excess = 0;
    ledger_id executor;
    friend auto operator<=>(const surplus&, const surplus&) = default;
  };

  explicit load_table(bool weighted = false) : weighted_(weighted) {}

  /// A live, undrained executor; replaces what was known of it.
  void set(const ledger_id& executor, const entry& now);
  /// Not live any more.
  void remove(const ledger_id& executor);

  /// Those that can take one more job by kind, best first; no kind without any.
  [[nodiscard]] const std::map<std::uint32_t, std::set<place>>& ready() const { return ready_; }
  [[nodiscard]] const std::map<ledger_id, entry>& entries() const { return entries_; }
  [[nodiscard]] const std::set<surplus>& overfull() const { return overfull_; }
  [[nodiscard]] std::uint64_t running() const { return running_; }
  [[nodiscard]] std::uint64_t slots() const { return slots_; }
  /// Not-started jobs beyond the slots of their executors, and free slots elsewhere.
  [[nodiscard]] std::uint64_t excess() const { return excess_; }
  [[nodiscard]] std::uint64_t idle() const { return idle_; }
  /// The free slots by kind; no kind without any.
  [[nodiscard]] const std::map<std::uint32_t, std::uint64_t>& idle_kinds() const {
    return idle_kinds_;
  }

  /// Largest minus smallest number of running jobs. An executor that is full, or gets no work now,
  /// is never the smallest.
  [[nodiscard]] std::uint32_t spread() const;
  /// What of it moving not-started jobs would remove, as if every executor could run them. O(1)
  /// unless some executor has excess and another a free slot, else O(executors).
  [[nodiscard]] std::uint32_t avoidable_spread() const;

  /// The loads stood as they are from the last call until now; `busy`: the queue was not empty.
  void account(instant now, bool busy);
  [[nodiscard]] double mean_spread() const;
  /// Sampled, about 20 times a second.
  [[nodiscard]] double mean_avoidable_spread() const;
  /// Share of the busy time in which the spread was 0 or 1; 1 before any busy time.
  [[nodiscard]] double share_even() const;

private:
  [[nodiscard]] place place_of(const ledger_id& executor, const entry& x) const;
  void enter(const ledger_id& executor, const entry& x);
  void leave(const ledger_id& executor, const entry& x);
  void count(const entry& x, int sign);
  void sample_avoidable(instant now);

  bool weighted_;
  std::map<ledger_id, entry> entries_;
  std::map<std::uint32_t, std::set<place>> ready_;
  std::set<surplus> overfull_;
  std::map<std::uint32_t, std::uint64_t> idle_kinds_;
  std::map<std::uint32_t, std::uint64_t> all_;      ///< running -> how many executors
  std::map<std::uint32_t, std::uint64_t> fillable_; ///< the same for those with a free slot
  std::uint64_t running_ = 0;
  std::uint64_t slots_ = 0;
  std::uint64_t excess_ = 0;
  std::uint64_t idle_ = 0;
  std::optional<std::int64_t> accounted_us_;
  std::optional<std::int64_t> sampled_us_;
  double total_us_ = 0;
  double busy_us_ = 0;
  double even_us_ = 0;
  double spread_us_ = 0;
  double sampled_total_us_ = 0;
  double avoidable_us_ = 0;
};

} // namespace evenkeel::core
