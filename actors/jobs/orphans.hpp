// Processes that an earlier life of this node left running (rule R17): found by the ledger id in
// their environment, ended by (boot id, pid, start time), so that no innocent process is hit.
// Owns: nothing that outlives a call. Must not know: which jobs the processes belonged to.
//
// To be called when the ledger's directory is locked and before the first job is started: a job of
// this life that has detached itself from us cannot be told from an orphan.
#pragma once

#include "actors/jobs/process_identity.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::jobs {

/// Every job has this variable in its environment, and so do its descendants, however detached,
/// unless they took it out. Its value is the ledger id as text.
inline constexpr std::string_view ledger_variable = "EVENKEEL_LEDGER";

struct orphan {
  process_identity identity;
  std::string command; ///< its arguments, separated by spaces, at most 200 bytes; for the log
};

struct orphan_sweep {
  std::vector<orphan> ended;     ///< gone now; had been sent SIGKILL by us
  std::vector<orphan> remaining; ///< still there when the time was up, or not ours to signal
};

/// The live processes whose initial environment holds `EVENKEEL_LEDGER=<ledger_id_text>`, by pid.
/// Left out: this process, its ancestors (a job may have started this node) and the descendants of
/// this process and of `live_owners`. Processes of other users are not seen unless we are root.
/// Without /proc the list is empty.
std::vector<orphan> find_orphans(const std::string& ledger_id_text,
                                 const std::vector<pid_t>& live_owners = {});

/// Sends SIGKILL to each of these very processes and waits at most `patience` for them to be gone.
/// One that is gone already, or whose pid belongs to another process by now, or that is of another
/// boot, is in neither list. Zombies count as gone.
orphan_sweep end_processes(const std::vector<orphan>& processes,
                           std::chrono::milliseconds patience);

/// Finds and ends until nothing is found (orphans may fork meanwhile) or `patience` is over.
orphan_sweep end_orphans(const std::string& ledger_id_text, std::chrono::milliseconds patience,
                         const std::vector<pid_t>& live_owners = {});

} // namespace evenkeel::jobs
