// What each actor keeps on disk, one struct per kind of record (design section 8). Separate from
// the messages on purpose: wire and disk change at different times. persistence/codec turns these
// into bytes and back; changing one needs a new format version there. Must not know: LevelDB,
// Boost, actors.
#pragma once

#include "messages/ids.hpp"
#include "messages/job.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace evenkeel::record {

/// node, one: who this ledger is. Synced before anything else happens.
struct identity {
  ledger_id ledger;
  std::string code; ///< empty: not confirmed by a proxy yet
  std::uint64_t incarnation_counter = 0;
  std::uint64_t highest_epoch = 0;
  friend bool operator==(const identity&, const identity&) = default;
};

/// ledger, one: written with every job that is forgotten, so that no sequence is issued twice.
struct issued {
  std::uint64_t next_sequence = 1;
  friend bool operator==(const issued&, const issued&) = default;
};

/// ledger, one per unfinished own job; replaced by `finished_job` under the same key.
struct open_job {
  std::uint64_t sequence = 0;
  std::int64_t submitted_ms = 0;
  std::uint32_t attempts = 0;
  std::uint32_t deaths = 0;
  fence last_lost; ///< highest fence of an attempt counted as lost
  fence granted;   ///< once jobs: the grant (R3)
  ledger_id granted_executor;
  incarnation granted_process;
  job_spec spec;
  std::string key;   ///< as submitted; empty: none
  std::string owner; ///< name of the token that submitted it; empty: none was needed
  friend bool operator==(const open_job&, const open_job&) = default;
};

/// ledger, one per finished own job, until it is forgotten.
struct finished_job {
  std::uint64_t sequence = 0;
  std::int64_t submitted_ms = 0;
  job_kind kind = job_kind::command;
  bool once = false;
  std::uint32_t sleep_ms = 0;
  std::string text; ///< the beginning of the command or the function's name
  job_result result;
  std::string key;   ///< as submitted; empty: none
  std::string owner; ///< name of the token that submitted it; empty: none was needed
  friend bool operator==(const finished_job&, const finished_job&) = default;
};

/// executor, one per attempt held here: queued, started, or with its result, until the home has it.
struct held_attempt {
  attempt_ref what;
  std::uint32_t attempt = 0;
  bool started = false;
  bool finished = false; ///< `result` is valid; `spec` is empty from here on
  bool asked = false;    ///< its run was ended by our own shutdown: no death (R4)
  bool alone = false;
  std::uint64_t order = 0;   ///< arrival, for the queue's order after a restart
  incarnation grant_process; ///< once jobs: the only process that may start it
  std::string home_code;
  job_spec spec;
  job_result result;
  friend bool operator==(const held_attempt&, const held_attempt&) = default;
};

/// proxy, one: its epoch counter, synced before the first welcome (R1).
struct proxy_identity {
  std::uint64_t epoch_counter = 0;
  /// Since this disk was empty, or another proxy was obeyed, a whole grace has gone by in which
  /// nodes could say what they hold. Until then nobody unheard of may be counted out.
  bool settled = false;
  friend bool operator==(const proxy_identity&, const proxy_identity&) = default;
};

/// proxy, one per ledger ever met (until retired): code and the last incarnation seen (R5).
struct member {
  ledger_id ledger;
  std::string code;
  std::string name;
  incarnation process;
  std::uint32_t slots = 0;
  std::string address;
  friend bool operator==(const member&, const member&) = default;
};

/// dispatcher, one per job in the cluster: hints only.
struct cluster_job {
  job_id job;
  std::int64_t submitted_ms = 0;
  std::uint32_t attempts = 0;
  std::uint32_t deaths = 0;
  fence granted;
  ledger_id granted_executor;
  incarnation granted_process;
  job_spec spec;
  friend bool operator==(const cluster_job&, const cluster_job&) = default;
};

/// dispatcher, one per assigned job: hints only.
struct placement {
  job_id job;
  fence assigned;
  std::uint32_t attempt = 0;
  ledger_id executor;
  friend bool operator==(const placement&, const placement&) = default;
};

/// result_collector of the proxy, one per result that waits for an absent home.
struct waiting_result {
  job_id job;
  ledger_id executor; ///< holds the original until the acknowledgement
  job_result result;
  friend bool operator==(const waiting_result&, const waiting_result&) = default;
};

/// proxy, one per node that is to run on some host (remote spawn), until it has ended.
struct spawned_node {
  std::uint64_t number = 0;
  std::string name;
  std::string host;
  std::uint16_t host_port = 0;
  std::uint32_t slots = 0; ///< 0: as many as the host has processors
  std::string client_address;
  std::uint16_t client_port = 0;
  bool withdrawn = false; ///< it is to end
  friend bool operator==(const spawned_node&, const spawned_node&) = default;
};

/// Names a record: its kind and what tells it from others of its kind.
enum class kind : std::uint8_t {
  identity = 1,
  ledger_job = 2, ///< open_job or finished_job, by sequence
  held_attempt = 3,
  proxy_identity = 4,
  member = 5,
  cluster_job = 6,
  placement = 7,
  waiting_result = 8,
  issued = 9,
  spawned_node = 10 ///< by number
};

struct key {
  kind type = kind::identity;
  /// `sequence` alone for ledger_job and spawned_node (ledger zero); `ledger` alone for member
  job_id job;
  fence number; ///< held_attempt, waiting_result
  friend auto operator<=>(const key&, const key&) = default;
};

using value = std::variant<identity, open_job, finished_job, held_attempt, proxy_identity, member,
                           cluster_job, placement, waiting_result, issued, spawned_node>;

/// The key that a value is stored under.
key key_of(const value& v);

/// One change: put (`content` set) or erase.
struct change {
  key where;
  std::optional<value> content;
  friend bool operator==(const change&, const change&) = default;
};

inline change put(value v) {
  auto where = key_of(v);
  return {where, std::move(v)};
}
inline change erase(key where) {
  return {where, std::nullopt};
}
inline key ledger_job_key(std::uint64_t sequence) {
  return {kind::ledger_job, {ledger_id{}, sequence}, {}};
}

} // namespace evenkeel::record
