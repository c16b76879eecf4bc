// What goes wrong.
#include "simulator/simulation.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace evenkeel::simulator {

namespace {

/// Records that others can rebuild: damage to them may cost a second run, and nothing else.
constexpr std::array rebuildable{'a', 'c', 'p', 'w'};
constexpr std::int64_t impostor_life_us = 2 * us_per_s;
/// Slower links may lose their lease by themselves.
constexpr std::int64_t slowest_for_impostor_us = 300;

} // namespace

void simulation::next_fault() {
  if (!chaos_)
    return;
  time_.after(luck_.between(0, 2 * with_.fault_every_us), [this] { next_fault(); });
  if (luck_.chance(300))
    nodes_[any_node()].disk->rotate_log();
  if (luck_.chance(100))
    proxy_disk_->rotate_log();
  std::vector<fault> possible(with_.faults.begin(), with_.faults.end());
  if (!possible.empty() && !nodes_.back().life)
    happen(luck_.pick(possible));
}

void simulation::happen(fault what) {
  const auto n = any_node();
  if (trace != nullptr)
    *trace << time_.now_us() << " FAULT " << to_text(what) << " (node" << n << ")\n";
  if (what != fault::poison && what != fault::duplicates)
    ++figures_.faults[what];
  switch (what) {
  case fault::kill_node:
    kill_node(n);
    return restart_node_after(n, away());
  case fault::kill_proxy:
    kill_proxy();
    return restart_proxy_after(away());
  case fault::kill_all:
    for (std::size_t i = 0; i < with_.nodes; ++i) {
      kill_node(i);
      restart_node_after(i, away());
    }
    kill_proxy();
    return restart_proxy_after(away());
  case fault::power_cut:
    return power_cut(n);
  case fault::proxy_power:
    return cut_power_of_proxy(n);
  case fault::wipe_proxy:
    if (!all_have_codes()) // a ledger that is new to it might get the code of one that is away
      return;
    kill_proxy();
    proxy_disk_ = std::make_shared<persistence::memory_disk>();
    return restart_proxy_after(away());
  case fault::stop_node:
    return stop_node(n);
  case fault::freeze_node:
    return freeze_node(n);
  case fault::freeze_proxy:
    return freeze_proxy();
  case fault::cut_link:
    return cut(n, true);
  case fault::cut_one_way:
    return cut(n, false);
  case fault::break_link:
    return net_->break_connection(n);
  case fault::slow_disk:
    return slow_disk();
  case fault::disk_error:
    if (luck_.chance(300))
      return proxy_disk_->fail_next_write(persistence::store_error::io);
    return nodes_[n].disk->fail_next_write(persistence::store_error::io);
  case fault::disk_full:
    return fill_disk(n);
  case fault::damage:
    if (luck_.chance(500)) {
      kill_node(n);
      damage(*nodes_[n].disk);
      return restart_node_after(n, away());
    }
    kill_proxy();
    damage(*proxy_disk_);
    return restart_proxy_after(away());
  case fault::impostor:
    return start_impostor(n);
  case fault::duplicates:
  case fault::poison:
    return; // the network's matter, and the jobs'
  }
}

bool simulation::all_have_codes() {
  for (std::size_t n = 0; n < with_.nodes; ++n) {
    auto& host = nodes_[n];
    host.has_code = host.has_code || (host.life && host.life->link().up());
    if (!host.has_code)
      return false;
  }
  return true;
}

void simulation::power_cut(std::size_t n) {
  kill_node(n);
  lose_records(n, 20);
  restart_node_after(n, away());
}

/// Some of the oldest that were not fsynced may be there nevertheless.
void simulation::lose_records(std::size_t n, std::uint64_t most_kept) {
  nodes_[n].disk->lose_unsynced(static_cast<std::size_t>(luck_.below(most_kept)));
}

void simulation::lose_records_of_proxy(std::uint64_t most_kept) {
  proxy_disk_->lose_unsynced(static_cast<std::size_t>(luck_.below(most_kept)));
  proxy_lost_us_ = time_.now_us();
}

void simulation::stop_node(std::size_t n) {
  disturb(n, 0);
  if (nodes_[n].life)
    nodes_[n].life->stop();
}

void simulation::freeze_node(std::size_t n) {
  if (!nodes_[n].life)
    return;
  const auto for_us = away();
  disturb(n, for_us);
  nodes_[n].os->freeze();
  time_.after(for_us, [this, n] { nodes_[n].os->thaw(); });
}

/// Sometimes just after all connections broke, before the nodes are back: then it is not they who
/// were silent (R8).
void simulation::freeze_proxy() {
  std::int64_t wait_us = 0;
  if (luck_.chance(300)) {
    for (std::size_t n = 0; n < with_.nodes; ++n)
      net_->break_connection(n);
    wait_us = luck_.between(5'000, 30'000);
  }
  time_.after(wait_us, [this, for_us = away()] {
    if (!chaos_)
      return;
    proxy_os_.freeze();
    time_.after(for_us, [this] { proxy_os_.thaw(); });
  });
}

/// Sometimes a node shares the proxy's fuse, and stays away until its grace is over (R3: what it
/// was granted may have started there).
void simulation::cut_power_of_proxy(std::size_t n) {
  kill_proxy();
  lose_records_of_proxy(20);
  restart_proxy_after(away());
  if (!luck_.chance(300))
    return;
  kill_node(n);
  lose_records(n, 20);
  restart_node_after(n, away() + 2 * lease_and_grace_us());
}

void simulation::cut(std::size_t n, bool both) {
  const auto for_us = away();
  disturb(n, for_us);
  const auto one = luck_.chance(500) ? direction::to_node : direction::to_proxy;
  net_->cut(n, one);
  if (both) {
    net_->cut(n, direction::to_node);
    net_->cut(n, direction::to_proxy);
  }
  time_.after(for_us, [this, n] {
    net_->heal(n, direction::to_node);
    net_->heal(n, direction::to_proxy);
  });
}

void simulation::slow_disk() {
  const auto for_us = away();
  const auto n = static_cast<std::size_t>(luck_.below(with_.nodes + 1));
  auto& pace = n == with_.nodes ? proxy_pace_ : nodes_[n].pace;
  pace.sync_us =
      std::max(2 * core::us_per_ms * with_.dispatch.cluster.lease_ms, with_.slow_sync_us);
  pace.longest_us = std::max(pace.longest_us, with_.slow_sync_us);
  pace.write_us = pace.sync_us / 10;
  time_.after(for_us, [this, n] {
    (n == with_.nodes ? proxy_pace_ : nodes_[n].pace) =
        n == with_.nodes ? with_.proxy_disk : with_.node_disk;
  });
}

void simulation::fill_disk(std::size_t n) {
  nodes_[n].disk->set_free_bytes(0);
  time_.after(away(), [this, n] {
    nodes_[n].disk->set_free_bytes(std::numeric_limits<std::uint64_t>::max());
  });
}

/// One bit of one record.
void simulation::damage(persistence::memory_disk& disk) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : disk.contents())
    if (std::find(rebuildable.begin(), rebuildable.end(), key.front()) != rebuildable.end())
      keys.push_back(key);
  if (keys.empty())
    return;
  auto& value = disk.contents().find(luck_.pick(keys))->second;
  auto& byte = value[static_cast<std::size_t>(luck_.below(value.size()))];
  byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << luck_.below(8)));
}

/// Somebody copies the directory of a node that is up, and starts what is in it. Only while the
/// original is connected, and nothing else happens: nobody could tell which is which otherwise.
void simulation::start_impostor(std::size_t n) {
  auto& copy = nodes_.back();
  const auto& original = nodes_[n];
  if (copy.life || !original.life || !original.life->link().up() || with_.has(fault::poison)
      || with_.net.one_way_us > slowest_for_impostor_us || time_.now_us() <= original.trouble_us)
    return;
  copy.disk = std::make_shared<persistence::memory_disk>(*nodes_[n].disk);
  copy.disk->closed();
  copy.settings.name = nodes_[n].settings.name;
  start_node(with_.nodes);
  disturb_all(impostor_life_us);
  time_.after(impostor_life_us, [this] { end_impostor(); });
}

/// And learns better. If the original lost its link meanwhile, the copy was taken for it: then the
/// original has to be started again, until its start counts higher.
void simulation::end_impostor() {
  kill_node(with_.nodes);
  nodes_.back().orphans = false;
  for (std::size_t n = 0; n < with_.nodes; ++n)
    if (nodes_[n].life && nodes_[n].life->link().disowned()) {
      kill_node(n);
      restart_node_after(n, 1'000);
      time_.after(us_per_s, [this] { end_impostor(); });
    }
}

void simulation::heal() {
  chaos_ = false;
  healed_us_ = time_.now_us();
  net_->heal_all();
  end_impostor();
  proxy_os_.thaw();
  proxy_pace_ = with_.proxy_disk;
  start_proxy();
  for (std::size_t n = 0; n < with_.nodes; ++n) {
    auto& host = nodes_[n];
    host.os->thaw();
    host.pace = with_.node_disk;
    host.disk->set_free_bytes(std::numeric_limits<std::uint64_t>::max());
    if (!host.life)
      start_node(n);
  }
}

} // namespace evenkeel::simulator
