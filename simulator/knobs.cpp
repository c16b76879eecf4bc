#include "simulator/knobs.hpp"

#include "simulator/dice.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

namespace evenkeel::simulator {

namespace {

constexpr std::array fault_names{std::pair{fault::kill_node, "kill-node"},
                                 std::pair{fault::kill_proxy, "kill-proxy"},
                                 std::pair{fault::kill_all, "kill-all"},
                                 std::pair{fault::power_cut, "power-cut"},
                                 std::pair{fault::proxy_power, "proxy-power"},
                                 std::pair{fault::wipe_proxy, "wipe-proxy"},
                                 std::pair{fault::stop_node, "stop-node"},
                                 std::pair{fault::freeze_node, "freeze-node"},
                                 std::pair{fault::freeze_proxy, "freeze-proxy"},
                                 std::pair{fault::cut_link, "cut-link"},
                                 std::pair{fault::cut_one_way, "cut-one-way"},
                                 std::pair{fault::break_link, "break-link"},
                                 std::pair{fault::duplicates, "duplicates"},
                                 std::pair{fault::slow_disk, "slow-disk"},
                                 std::pair{fault::disk_error, "disk-error"},
                                 std::pair{fault::disk_full, "disk-full"},
                                 std::pair{fault::damage, "damage"},
                                 std::pair{fault::impostor, "impostor"},
                                 std::pair{fault::poison, "poison"}};

constexpr std::array theme_names{"none",  "flood", "marathon", "blackout",
                                 "stall", "tail",  "molasses"};

void draw_cluster(knobs& k, dice& luck) {
  auto& cluster = k.dispatch.cluster;
  cluster.heartbeat_ms = 100;
  cluster.lease_ms = 500 + static_cast<std::uint32_t>(luck.below(3)) * 250;
  cluster.grace_ms = 4000 + static_cast<std::uint32_t>(luck.below(3)) * 1000;
  if (luck.chance(300)) {
    cluster.submit_window_jobs = 1 + static_cast<std::uint32_t>(luck.below(5));
    cluster.submit_window_bytes = 500 + luck.below(5'000);
  }
  if (luck.chance(300)) {
    cluster.result_window = 1 + static_cast<std::uint32_t>(luck.below(5));
    cluster.result_window_bytes = 500 + luck.below(5'000);
  }
  if (luck.chance(150))
    cluster.result_period_ms = 100 + static_cast<std::uint32_t>(luck.below(400));
  if (luck.chance(150))
    k.dispatch.dispatch_period_ms = 50 + static_cast<std::uint32_t>(luck.below(200));
  if (luck.chance(150))
    k.dispatch.max_jobs_per_round = 1 + static_cast<std::uint32_t>(luck.below(5));
  k.dispatch.weighted = luck.chance(200);
  k.dispatch.refused_retry_ms = 100;
  if (luck.chance(300))
    k.dispatch.absent_home_jobs = 1 + luck.below(8);
  k.dispatch.max_prefetch = luck.pick<std::uint32_t>({0, 2, 4096});
  if (luck.chance(300)) {
    k.relay.absent_home_bytes = luck.below(2'000);
    k.relay.absent_home_results = luck.below(6);
  }
  if (luck.chance(300))
    k.relay.memory_bytes = 1'000 + luck.below(5'000);
  if (luck.chance(300))
    k.ledger.cached_result_bytes = luck.below(2'000);
  if (luck.chance(300))
    k.held_result_bytes = luck.below(2'000);
  k.ledger.audit_period_ms = 1000;
}

void flood(knobs& k, dice& luck) {
  k.nodes = std::max<std::size_t>(k.nodes, 2);
  k.jobs = 200 + luck.below(200);
  k.clients = 5;
  k.most_slots = std::min<std::uint32_t>(k.most_slots, 2);
  k.request_every_us = 1'000;
  k.favourite_of_thousand = 800;
  k.inquiries_of_thousand = 100;
  k.run_us = luck.pick<std::int64_t>({5'000, 20'000});
  k.away_us = luck.pick<std::int64_t>({1'000'000, 3'000'000});
  k.faults.insert(fault::kill_node);
  k.dispatch.absent_home_jobs = 1 + luck.below(8);
  k.dispatch.max_prefetch = luck.pick<std::uint32_t>({0, 2});
  k.dispatch.cluster.submit_window_jobs = cluster_settings{}.submit_window_jobs;
  k.dispatch.cluster.submit_window_bytes = cluster_settings{}.submit_window_bytes;
}

void marathon(knobs& k, dice& luck) {
  k.nodes = std::max<std::size_t>(k.nodes, 3);
  k.jobs = 3 + luck.below(6); // so that a slot is free for another attempt
  k.most_slots = 4;
  k.long_of_thousand = 800;
  k.long_us = luck.between(12, 25) * us_per_s;
  k.chaos_us = luck.between(15, 25) * us_per_s;
  k.away_us = luck.between(6, 12) * us_per_s;
  k.fault_every_us = luck.between(2, 6) * us_per_s; // so that somebody is up to take over
  k.faults = {luck.chance(500) ? fault::freeze_node : fault::cut_link};
  if (luck.chance(300))
    k.faults.insert(fault::kill_proxy);
  k.net.duplicated_of_thousand = 0;
}

/// Nothing but disks on which an fsync outlasts lease and grace (R9): no link may end for it, and
/// nothing run again.
void molasses(knobs& k, dice& luck) {
  k.about = theme::molasses;
  k.nodes = std::max<std::size_t>(k.nodes, 2);
  k.jobs = 10 + luck.below(20);
  k.long_of_thousand = 300;
  k.long_us = luck.between(12, 25) * us_per_s;
  k.chaos_us = luck.between(20, 30) * us_per_s;
  k.away_us = luck.between(8, 16) * us_per_s;
  k.fault_every_us = luck.between(2, 6) * us_per_s;
  k.slow_sync_us = luck.between(4, 8) * us_per_s;
  k.faults = {fault::slow_disk};
  k.net.one_way_us = 30; // chance makes a packet of 5 ms as late as a lease
  k.net.duplicated_of_thousand = 0;
}

void blackout(knobs& k, dice& luck) {
  k.nodes = std::max<std::size_t>(k.nodes, 3);
  k.jobs = 20 + luck.below(40);
  k.run_us = luck.pick<std::int64_t>({50'000, 400'000});
  k.request_every_us = 60'000;
  k.chaos_us = luck.between(10, 20) * us_per_s;
  k.away_us = luck.between(1, 6) * us_per_s;
  k.once_of_thousand = 700;
  k.faults.insert(fault::proxy_power);
}

void stall(knobs& k, dice& luck) {
  k.run_us = 400'000;
  k.chaos_us = luck.between(10, 20) * us_per_s;
  k.away_us = luck.between(8, 16) * us_per_s;
  k.faults.insert(fault::freeze_proxy);
}

/// Nothing else happens, so that a slot that idles has no excuse.
void tail(knobs& k, dice& luck) {
  k.nodes = std::max<std::size_t>(k.nodes, 2);
  k.jobs = 300 + luck.below(400);
  k.clients = 10;
  k.request_every_us = 1'000;
  k.inquiries_of_thousand = 100;
  k.run_us = 200;
  k.long_of_thousand = 20;
  k.long_us = 3 * us_per_s;
  k.faults.clear();
  k.once_of_thousand = 0; // what was granted to an executor cannot move (R3)
  k.function_of_thousand = 0;
  k.big_of_thousand = 0;
  k.hop_us = std::min<std::int64_t>(k.hop_us, 20);
  k.net.one_way_us = 30;
  k.net.duplicated_of_thousand = 0;
  k.node_disk.sync_us = 50;
  k.proxy_disk.sync_us = 50;
  k.dispatch.max_prefetch = core::dispatch_settings{}.max_prefetch;
  const auto drawn = k.dispatch.cluster;
  k.dispatch.cluster = {};
  k.dispatch.cluster.heartbeat_ms = drawn.heartbeat_ms;
  k.dispatch.cluster.lease_ms = drawn.lease_ms;
  k.dispatch.cluster.grace_ms = drawn.grace_ms;
  k.dispatch.dispatch_period_ms = 0;
  k.dispatch.max_jobs_per_round = 0;
}

void draw_theme(knobs& k, dice& luck) {
  constexpr std::uint64_t themes_of_thousand = 300;
  constexpr std::uint64_t drawn_themes = 5; ///< the last has seeds of its own
  if (!luck.chance(themes_of_thousand))
    return;
  k.about = static_cast<theme>(1 + luck.below(drawn_themes));
  switch (k.about) {
  case theme::none:
  case theme::molasses:
    return;
  case theme::flood:
    return flood(k, luck);
  case theme::marathon:
    return marathon(k, luck);
  case theme::blackout:
    return blackout(k, luck);
  case theme::stall:
    return stall(k, luck);
  case theme::tail:
    return tail(k, luck);
  }
}

/// Of calls that are short, of some that are not quite, or of none.
void draw_home_calls(knobs& k) {
  constexpr std::array<std::uint32_t, 3> limits_us{0, 1'000, 100'000};
  if (k.about == theme::tail)
    return;
  k.dispatch.cluster.home_call_us = limits_us.at(k.seed % limits_us.size());
  constexpr std::uint64_t every = 9;
  if (k.seed % every != 2 || k.about != theme::none)
    return;
  k.function_of_thousand = 900;
  k.jobs += 150;
}

} // namespace

std::string to_text(theme what) {
  return theme_names.at(static_cast<std::size_t>(what));
}

std::string to_text(fault what) {
  for (const auto& [which, name] : fault_names)
    if (which == what)
      return name;
  return "?";
}

const std::vector<fault>& all_faults() {
  static const auto all = [] {
    std::vector<fault> found;
    found.reserve(fault_names.size());
    for (const auto& [which, name] : fault_names)
      found.push_back(which);
    return found;
  }();
  return all;
}

knobs draw_knobs(std::uint64_t seed) {
  dice luck{seed};
  knobs k;
  k.seed = seed;
  k.nodes = 1 + luck.below(5);
  k.jobs = 10 + luck.below(90);
  k.clients = 1 + luck.below(5);
  k.most_slots = 1 + static_cast<std::uint32_t>(luck.below(4));
  const auto dose = 100 + luck.below(600);
  for (const auto one : all_faults())
    if (luck.chance(dose))
      k.faults.insert(one);
  if (luck.chance(50))
    k.faults.clear();
  k.chaos_us = luck.between(2, 12) * us_per_s;
  k.fault_every_us = luck.between(100'000, 1'500'000);
  k.away_us = luck.pick<std::int64_t>({50'000, 300'000, 1'000'000, 3'000'000});
  k.run_us = luck.pick<std::int64_t>({200, 5'000, 50'000, 400'000});
  k.request_every_us = luck.pick<std::int64_t>({1'000, 10'000, 60'000});
  k.once_of_thousand = luck.pick<std::uint64_t>({0, 100, 500});
  k.cancel_of_thousand = luck.pick<std::uint64_t>({0, 50, 200});
  k.forget_of_thousand = luck.pick<std::uint64_t>({0, 0, 50});
  k.function_of_thousand = luck.pick<std::uint64_t>({0, 200, 500});
  k.big_of_thousand = luck.pick<std::uint64_t>({0, 0, 30});
  k.hop_us = luck.pick<std::int64_t>({1, 20, 300});
  k.clock_skew_us = luck.pick<std::int64_t>({0, 100'000, 100 * us_per_s});
  k.node_disk.sync_us = luck.pick<std::int64_t>({50, 500, 5'000});
  k.proxy_disk.sync_us = luck.pick<std::int64_t>({50, 500, 5'000});
  k.net.one_way_us = luck.pick<std::int64_t>({30, 300, 5'000});
  if (k.has(fault::duplicates))
    k.net.duplicated_of_thousand = luck.pick<std::uint64_t>({2, 20, 100});
  draw_cluster(k, luck);
  draw_theme(k, luck);
  constexpr std::uint64_t every = 8;
  constexpr std::uint64_t some = 300;
  k.key_of_thousand = seed % every == 1 ? some : 0;
  draw_home_calls(k);
  if (k.about == theme::none && seed % (2 * every) == every + 1)
    molasses(k, luck);
  return k;
}

void name_faults(knobs& k, const std::set<fault>& named) {
  const bool promises_more = k.about == theme::tail || k.about == theme::molasses;
  if (promises_more && named != k.faults)
    k.about = theme::none;
  k.faults = named;
  if (!k.has(fault::duplicates))
    k.net.duplicated_of_thousand = 0;
  else if (k.net.duplicated_of_thousand == 0)
    k.net.duplicated_of_thousand = 20;
}

void make_large(knobs& k) {
  const auto seed = k.seed;
  const auto faults = k.faults;
  const auto nodes = k.nodes;
  const auto jobs = k.jobs;
  k = {};
  k.seed = seed;
  k.faults = faults;
  k.nodes = nodes;
  k.jobs = jobs;
  k.check = check_level::light;
  k.clients = nodes;
  k.most_slots = 4;
  k.run_us = 100'000;
  k.chaos_us = us_per_s;
  k.request_every_us = 30'000; // a little more than the slots can do
  k.inquiries_of_thousand = 10;
  k.lists_of_thousand = 0; // their cost grows with what they list
  k.dispatch.cluster.heartbeat_ms = 500;
}

std::string describe(const knobs& with) {
  std::ostringstream out;
  const auto& cluster = with.dispatch.cluster;
  out << "theme " << to_text(with.about) << "; nodes " << with.nodes << ", slots up to "
      << with.most_slots << ", jobs " << with.jobs << ", clients " << with.clients << "; lease "
      << cluster.lease_ms << " ms, grace " << cluster.grace_ms << " ms; one way "
      << with.net.one_way_us << " us, fsync " << with.node_disk.sync_us << " us, a run "
      << with.run_us << " us\n"
      << "windows: " << cluster.submit_window_jobs << " submissions, " << cluster.result_window
      << " results; absent homes: " << with.dispatch.absent_home_jobs << " jobs, "
      << with.relay.absent_home_results << " results\n"
      << "faults for " << with.chaos_us / us_per_s << " s, every "
      << with.fault_every_us / core::us_per_ms << " ms:";
  for (const auto one : with.faults)
    out << ' ' << to_text(one);
  if (with.faults.empty())
    out << " none";
  out << '\n';
  return out.str();
}

} // namespace evenkeel::simulator
