// The inside of result_relay: the table of results in transit and the counts that its limits need.
// Owns nothing that result_relay.hpp does not promise; for result_relay*.cpp alone.
// Every change of an entry goes through the small functions in result_relay_table.cpp, which keep
// the counts true; result_relay_check.cpp recomputes them all.
#pragma once

#include "actors/core/result_relay.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace evenkeel::core {

/// One result between its executor and its home.
struct relayed_result {
  enum class stage : std::uint8_t {
    resting, ///< the home is absent, or the payload is not here
    ready,   ///< waits its turn for the home's link
    loading, ///< its turn has come, its payload is being read from disk
    sent     ///< on the home's link, not acknowledged yet
  };
  ledger_id executor;   ///< holds the original
  bool held = true;     ///< false: that executor was given up, ours is the only copy
  bool on_disk = false; ///< as waiting_result
  stage at = stage::resting;
  std::uint64_t order = 0; ///< of arrival, unique
  std::uint64_t bytes = 0;
  std::uint64_t named_on = 0;   ///< last link on which the home named this job as unfinished
  std::uint64_t held_on = 0;    ///< last link on which the executor named it as finished there
  std::uint64_t follows_on = 0; ///< link on which the executor sends it without being asked
  std::optional<job_result> payload;

  /// All that is here is who has it.
  [[nodiscard]] bool reference() const { return !payload && !on_disk; }
};

/// What the relay keeps about a ledger as the home of results.
struct relay_home {
  std::map<std::uint64_t, attempt_ref> ready; ///< by arrival; loading and sent ones are not in it
  std::uint64_t results = 0;                  ///< entries in the table
  std::uint64_t memory_bytes = 0;
  std::uint64_t stored_results = 0; ///< on disk
  std::uint64_t stored_bytes = 0;
  std::uint64_t window_results = 0; ///< sent or loading on this link
  std::uint64_t window_bytes = 0;
};

/// What the relay keeps about a ledger as an executor, for the life of one link.
struct relay_executor {
  result_taken taken;
  result_taken announced;
  std::vector<attempt_ref> acks;
  std::set<attempt_ref> wanted; ///< references that a present home waits for
  bool reported = false;        ///< its end mark has come
  /// What `acks` told it to forget before that: it may name these and not have them any more.
  std::set<attempt_ref> acknowledged;
};

struct relay_peer {
  std::uint64_t link = 0; ///< 0: absent
  relay_home home;
  relay_executor executor;
};

struct result_relay::state {
  using table = std::map<attempt_ref, relayed_result>; ///< the results of one home are neighbours

  cluster_settings settings;
  relay_limits limits;
  table results;
  std::map<ledger_id, relay_peer> peers; ///< absent ones only while they have results here
  std::uint64_t memory_bytes = 0;
  std::uint64_t present_bytes = 0; ///< the part of memory_bytes whose home's link stands
  std::uint64_t next_order = 1;
  /// Peers that the next flush has something for, or may have: a flush must not cost as much as
  /// there are nodes.
  std::set<ledger_id> news;

  // -- the table (result_relay_table.cpp) --------------------------------------------------------
  [[nodiscard]] bool present(const ledger_id& ledger) const;
  /// The link of this message stands.
  [[nodiscard]] bool fits(const ledger_id& ledger, std::uint64_t link) const;
  [[nodiscard]] table::iterator first_of(const ledger_id& home);
  relayed_result& add(const attempt_ref& what, const ledger_id& executor, std::uint64_t bytes);
  void keep_payload(const attempt_ref& what, relayed_result& entry, const job_result& result);
  void drop_payload(const attempt_ref& what, relayed_result& entry);
  void count_stored(const attempt_ref& what, relayed_result& entry);
  void count_unstored(const attempt_ref& what, relayed_result& entry);
  /// Puts the waiting_result record; the payload must be here.
  void store(const attempt_ref& what, relayed_result& entry, relay_effects& fx);
  /// The home's next free place in the window is for this one, after those that came before.
  void make_ready(const attempt_ref& what, relayed_result& entry);
  /// Off the home's link, whatever its stage.
  void rest(const attempt_ref& what, relayed_result& entry);
  table::iterator forget(table::iterator entry, relay_effects& fx);
  /// The executor may forget it as well: told if it is here, else when it sends the result again.
  table::iterator forget_everywhere(table::iterator entry, relay_effects& fx);
  void prune(const ledger_id& ledger);
  /// There is room on disk and in memory for one more result of this absent home (R10).
  [[nodiscard]] bool absent_room(const relay_home& home, std::uint64_t bytes) const;
  /// Memory is short: absent homes' payloads leave it; they are on disk as well.
  void make_room();

  // -- inputs (result_relay.cpp) -----------------------------------------------------------------
  void take_down(const ledger_id& ledger, relay_effects& fx);
  void take_result(const ledger_id& executor, const travelling_result& content, relay_effects& fx);
  void take_ack(const ledger_id& home, const attempt_ref& what, relay_effects& fx);
  void take_cancel(const ledger_id& home, std::uint64_t sequence, relay_effects& fx);
  void take_inventory(const ledger_id& home, const inventory& content, relay_effects& fx);
  void take_held(const ledger_id& executor, const inventory& content, relay_effects& fx);
  void take_release(const ledger_id& executor, const attempt_ref& what, relay_effects& fx);
  void take_lost_record(table::iterator entry, relay_effects& fx);
  /// A present home waits for it: ask its executor, if that is here too.
  void want(const attempt_ref& what, const relayed_result& entry);

  // -- outputs (result_relay_flush.cpp) ----------------------------------------------------------
  [[nodiscard]] bool has_news(const relay_peer& peer) const;
  /// What the home's window has room for, in order and in messages of packet size.
  std::vector<result_batch> collect(relay_peer& peer, relay_effects& fx);
  std::vector<attempt_ref> collect_wanted(const ledger_id& executor, relay_peer& peer);
  [[nodiscard]] bool window_open(const relay_home& home, std::uint64_t bytes) const;
};

} // namespace evenkeel::core
