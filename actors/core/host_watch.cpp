#include "actors/core/host_watch.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace evenkeel::core {

namespace {

std::int64_t longer(std::int64_t pause_us, std::int64_t longest_us) {
  return std::clamp(2 * pause_us, host_watch::shortest_pause_us, longest_us);
}

} // namespace

void host_watch::on_order(const spawn_order& order) {
  auto& node = nodes_[order.name];
  node = {};
  node.order = order;
  next_look_us_ = 0; // at the next tick
}

void host_watch::on_withdraw(const spawn_order& order) {
  auto& node = nodes_[order.name];
  node.order = order;
  node.withdrawn = true;
  next_look_us_ = 0;
}

void host_watch::look_again_after(std::int64_t pause_us, instant now) {
  looking_ = false;
  next_look_us_ = now.steady_us + pause_us;
}

void host_watch::on_tick(instant now, host_watch_effects& fx) {
  if (looking_ || nodes_.empty() || now.steady_us < next_look_us_)
    return;
  looking_ = true;
  look_began_us_ = now.steady_us;
  fx.emit(look_at_host{});
}

void host_watch::on_unreachable(const std::string& why, instant now, host_watch_effects& fx) {
  pause_us_ = longer(pause_us_, longest_pause_us);
  // A look that was answered by silence has waited already.
  const auto waited_us = looking_ ? now.steady_us - look_began_us_ : 0;
  look_again_after(pause_us_ - waited_us, now);
  for (auto& [name, node] : nodes_) {
    node.spawning = false;
    node.placed = false;
    node.running = false;
  }
  if (std::exchange(told_, why) != why)
    fx.log(note::level::warning,
           "host " + (why.starts_with(place_) ? why : place_ + ": " + why) + "; trying again");
}

void host_watch::on_report(const host_report& report, instant now, host_watch_effects& fx) {
  if (report.version != hosting_protocol_version)
    return on_unreachable("speaks version " + std::to_string(report.version)
                              + " of the hosting protocol, and this proxy version "
                              + std::to_string(hosting_protocol_version),
                          now, fx);
  pause_us_ = 0;
  look_again_after(look_every_us, now);
  if (!std::exchange(told_, {}).empty())
    fx.log(note::level::info, "host " + place_ + ": reached");
  for (auto& [name, node] : nodes_) {
    const auto* said = said_of(node, report);
    const bool known = said != nullptr;
    node.taken = known && is_of_another_proxy(node, *said);
    const bool ran = std::exchange(node.running, known && said->running && !node.taken);
    if (node.taken) {
      if (!node.withdrawn)
        failed(node, "its name is taken there by a node of the proxy at " + proxy_of(said->order),
               now, fx);
      node.spawning = false;
      node.placed = false;
      continue;
    }
    if (node.running && !node.withdrawn)
      compare(node, said->order, fx);
    if (known && !node.running && !said->problem.empty() && (ran || node.spawning))
      failed(node, said->problem, now, fx);
    else if (!known && node.placed) // that host has been restarted meanwhile
      node.spawning = false;
    node.placed = false;
  }
  std::vector<std::string> ended;
  for (auto& [name, node] : nodes_) {
    if (node.running && node.withdrawn)
      node.ended_by = report.process;
    if (has_ended(node, report))
      ended.push_back(name);
    else
      tend(name, node, now, fx);
  }
  for (const auto& name : ended) {
    nodes_.erase(name);
    fx.emit(ended_there{name});
  }
}

/// Null where the host knows nothing of it, or only that it has ended.
const hosted_node* host_watch::said_of(const wanted_node& node, const host_report& report) {
  for (const auto& said : report.nodes)
    if (said.order.name == node.order.name)
      return said.ended && proxy_of(said.order) == proxy_of(node.order) ? nullptr : &said;
  return nullptr;
}

/// What a failed attempt of another proxy left behind is in nobody's way.
bool host_watch::is_of_another_proxy(const wanted_node& node, const hosted_node& said) {
  return proxy_of(said.order) != proxy_of(node.order) && (said.running || said.problem.empty());
}

/// A node that runs keeps the settings with which it was spawned: a proxy that has lost its list
/// may want others.
void host_watch::compare(wanted_node& node, const spawn_order& actual, host_watch_effects& fx) {
  std::string others;
  const auto note_other = [&others](const std::string& option, const std::string& has) {
    others += (others.empty() ? "" : ", ") + option + " " + has;
  };
  const auto& order = node.order;
  if (order.slots != 0 && order.slots != actual.slots)
    note_other("--slots", std::to_string(actual.slots));
  if (order.client_port != 0 && order.client_port != actual.client_port)
    note_other("--client-port", std::to_string(actual.client_port));
  if (order.client_address != actual.client_address)
    note_other("--client-address", actual.client_address);
  const bool differed = std::exchange(node.differs, !others.empty());
  if (node.differs && !differed)
    fx.log(note::level::warning,
           "node '" + order.name + "' runs on host " + place_ + " already, with " + others
               + "; what is wanted holds from its next start: despawn it and spawn it again");
}

/// One that was withdrawn, told to end, and has. What its host does not know, since it was killed
/// or has never had it, has not: jobs that it has left running and results that nobody has yet are
/// where only the node finds them, so it is spawned once more, to end.
bool host_watch::has_ended(const wanted_node& node, const host_report& report) {
  if (!node.withdrawn || node.running)
    return false;
  if (node.taken)
    return true;
  const auto* said = said_of(node, report);
  return said == nullptr ? node.ended_by == report.process : !said->problem.empty();
}

/// What this node needs, as its host just reported.
void host_watch::tend(const std::string& name, wanted_node& node, instant now,
                      host_watch_effects& fx) {
  if (node.running) {
    node.spawning = false;
    if (node.withdrawn)
      fx.emit(end_there{name});
    else if (node.pause_us != 0 || node.told != "runs")
      fx.log(note::level::info, "node '" + name + "' runs on host " + place_);
    node.pause_us = 0;
    node.told = "runs";
    return;
  }
  if (node.taken || node.spawning || now.steady_us < node.next_try_us)
    return;
  node.spawning = true;
  fx.emit(spawn_there{node.order});
}

void host_watch::failed(wanted_node& node, const std::string& why, instant now,
                        host_watch_effects& fx) {
  node.spawning = false;
  node.pause_us = longer(node.pause_us, longest_node_pause_us);
  node.next_try_us = now.steady_us + node.pause_us;
  if (std::exchange(node.told, why) != why)
    fx.log(note::level::error, "node '" + node.order.name + "' does not run on host " + place_
                                   + ": " + why + "; trying again");
}

void host_watch::on_spawned(const std::string& name, const std::string& why, instant now,
                            host_watch_effects& fx) {
  const auto known = nodes_.find(name);
  if (known == nodes_.end() || !known->second.spawning)
    return;
  if (why.empty())
    known->second.placed = true;
  else
    failed(known->second, why, now, fx);
  next_look_us_ = std::min(next_look_us_, now.steady_us + shortest_pause_us);
}

} // namespace evenkeel::core
