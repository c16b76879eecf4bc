// The attempts that an executor holds, by what they are called, and the indexes over them: the
// order of the queue and the counts of what waits and what runs. Owns the entries; every index
// follows from the entries' states, and `check` recomputes it. Must not know: messages, links, the
// store, slots.
#pragma once

#include "messages/ids.hpp"
#include "messages/records.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace evenkeel::core {

inline constexpr std::size_t job_kinds = static_cast<std::size_t>(job_kind::sleep) + 1;
constexpr std::size_t index_of(job_kind kind) {
  return static_cast<std::size_t>(kind);
}

enum class attempt_state : std::uint8_t {
  queued,     ///< waits for a slot
  running,    ///< holds a slot; after our shutdown it is asked to end, too
  stopping,   ///< holds a slot; the proxy wants no result of it any more
  finished,   ///< its result waits for the home's acknowledgement
  interrupted ///< ran or may have run, has no result; waits for the proxy's word
};

/// Where a result is on its way to the proxy, on the link that stands.
enum class travel_state : std::uint8_t {
  resting,  ///< not to be sent now, or sent already
  waiting,  ///< for credit
  loading,  ///< has credit, is being read from disk
  collected ///< has credit, leaves with the next flush
};

struct attempt_entry {
  record::held_attempt held; ///< as on disk, but without what was dropped from memory
  attempt_state state = attempt_state::queued;
  travel_state travel = travel_state::resting;
  bool spilled = false;           ///< the result's out and err are on disk only
  std::uint64_t result_bytes = 0; ///< size_of the whole result; finished ones only

  [[nodiscard]] bool live() const {
    return state == attempt_state::running || state == attempt_state::stopping;
  }
};

/// A place in a line that is served by arrival.
struct line_place {
  std::uint64_t order = 0;
  attempt_ref what;
  friend auto operator<=>(const line_place&, const line_place&) = default;
};

inline line_place place_of(const attempt_entry& entry) {
  return {entry.held.order, entry.held.what};
}

inline record::key record_key(const attempt_ref& what) {
  return {record::kind::held_attempt, what.job, what.assigned};
}

class executor_table {
public:
  using entries = std::map<attempt_ref, attempt_entry>;

  /// `held.what` must not be here yet. References stay valid until `erase`.
  attempt_entry& add(record::held_attempt held, attempt_state state);
  void erase(const attempt_ref& what);
  /// Moves an entry to another state.
  void enter(attempt_entry& entry, attempt_state state);

  [[nodiscard]] attempt_entry* find(const attempt_ref& what);
  /// The attempts of one job, lowest fence first.
  [[nodiscard]] std::vector<attempt_ref> attempts_of(const job_id& job) const;
  /// The one that has waited longest; null when none waits.
  [[nodiscard]] attempt_entry* first_queued();
  [[nodiscard]] const entries& all() const { return entries_; }
  [[nodiscard]] entries& all() { return entries_; }

  [[nodiscard]] std::size_t queued() const { return queue_.size(); }
  [[nodiscard]] std::size_t live() const { return live_; } ///< running or stopping
  [[nodiscard]] std::size_t live(job_kind kind) const { return live_of_kind_.at(index_of(kind)); }
  /// True while an attempt that wants no company runs.
  [[nodiscard]] bool occupied() const { return live_alone_ != 0; }

  /// What is wrong; empty when all is well.
  [[nodiscard]] std::string check() const;

private:
  void count(const attempt_entry& entry);
  void discount(const attempt_entry& entry);

  entries entries_;
  std::set<line_place> queue_;
  std::size_t live_ = 0;
  std::array<std::size_t, job_kinds> live_of_kind_{};
  std::size_t live_alone_ = 0;
};

} // namespace evenkeel::core
