// What a seed decides before anything happens: how large the cluster is, how slow its parts are,
// which faults it meets and how often. Every knob can be set by hand as well.
#pragma once

#include "actors/core/dispatch_queue.hpp"
#include "actors/core/result_relay.hpp"
#include "actors/core/ticket_ledger.hpp"
#include "simulator/network.hpp"
#include "simulator/virtual_store.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace evenkeel::simulator {

enum class fault : std::uint8_t {
  kill_node, ///< SIGKILL, and back after a while
  kill_proxy,
  kill_all,    ///< everything at the same moment, back in any order
  power_cut,   ///< of a node's host: what was not fsynced is gone, wholly or in part
  proxy_power, ///< of the proxy's host
  wipe_proxy,  ///< it comes back with an empty disk
  stop_node,   ///< SIGTERM, and back after a while
  freeze_node, ///< SIGSTOP, often past its lease; wakes with old timers
  freeze_proxy,
  cut_link, ///< silence both ways, without a RST
  cut_one_way,
  break_link, ///< a connection ends with messages in flight
  duplicates, ///< messages come twice, the copy late
  slow_disk,  ///< now and then an fsync takes longer than the lease
  disk_error, ///< a write fails: the process has to end
  disk_full,  ///< below the reserve for a while
  damage,     ///< of records that can be rebuilt, behind a process's back
  impostor,   ///< a copy of a node's directory is started beside it
  poison      ///< jobs that kill their executor
};

/// What a seed is about, besides its faults: histories that chance alone hardly ever writes.
enum class theme : std::uint8_t {
  none,
  flood,    ///< very many jobs of one home, which goes away
  marathon, ///< jobs that outlast a lease, a grace and the silence of their node
  blackout, ///< the proxy and a node lose power at once, and the node stays away
  stall,    ///< a proxy that stands still before its nodes are back
  tail,     ///< a few long jobs behind very many short ones
  molasses, ///< nothing but disks slower than lease and grace (R9)
};

std::string to_text(theme what);
std::string to_text(fault what);
/// Every fault there is.
const std::vector<fault>& all_faults();

enum class check_level : std::uint8_t {
  full,
  light ///< for large clusters: cores do not recompute their invariants, few results are asked for
};

struct knobs {
  std::uint64_t seed = 1;
  theme about = theme::none;
  check_level check = check_level::full;
  std::size_t nodes = 3;
  std::size_t jobs = 60;
  std::size_t clients = 3;
  std::uint32_t most_slots = 3;
  std::set<fault> faults;
  std::int64_t chaos_us = 10 * us_per_s;      ///< how long faults may begin
  std::int64_t fault_every_us = us_per_s / 2; ///< on average
  std::int64_t away_us = us_per_s;            ///< how long a fault lasts, usually
  std::int64_t run_us = 50'000;               ///< how long a job runs, usually
  std::uint64_t long_of_thousand = 0;         ///< jobs that run for about long_us
  std::int64_t long_us = 0;
  std::int64_t request_every_us = 20'000;    ///< of each client, on average
  std::uint64_t inquiries_of_thousand = 400; ///< of what clients do, while there are jobs to submit
  std::uint64_t lists_of_thousand = 30;      ///< of these: LIST, NODES and STATS
  std::uint64_t favourite_of_thousand = 0;   ///< sessions that go to the first node
  std::uint64_t once_of_thousand = 0;
  std::uint64_t cancel_of_thousand = 0;
  std::uint64_t forget_of_thousand = 0;
  std::uint64_t key_of_thousand = 0; ///< submissions with a key, which are repeated at times
  std::uint64_t function_of_thousand = 0;
  std::uint64_t big_of_thousand = 0; ///< jobs with output or input of more than one packet
  std::int64_t hop_us = 20;
  std::int64_t clock_skew_us = 0; ///< at most, between processes
  disk_pace node_disk;
  disk_pace proxy_disk;
  /// Of a slow disk, at least. If set, nothing else goes wrong, and no link may end.
  std::int64_t slow_sync_us = 0;
  network_pace net;
  core::dispatch_settings dispatch;
  core::relay_limits relay;
  core::ledger_limits ledger;
  std::uint64_t held_result_bytes = 64ULL << 20U;
  std::function<std::int64_t()>
      clock_ns; ///< what the dispatch core takes is measured by; may be empty

  [[nodiscard]] bool has(fault what) const { return faults.contains(what); }
};

knobs draw_knobs(std::uint64_t seed);
/// For clusters of which only the size is to matter: everything else is the same for all.
void make_large(knobs& k);
/// These faults instead of those that were drawn. A theme that promises more as long as nothing
/// else happens (`tail`, `molasses`) is one no longer where they are others.
void name_faults(knobs& k, const std::set<fault>& named);
/// A few lines for people.
std::string describe(const knobs& with);

} // namespace evenkeel::simulator
