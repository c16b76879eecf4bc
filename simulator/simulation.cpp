#include "simulator/simulation.hpp"

#include <array>
#include <utility>

namespace evenkeel::simulator {

namespace {

/// Ledgers that would get the same code by twos: the proxy has to tell them apart (R5).
constexpr std::array<std::uint64_t, 6> alike{6763, 6880, 380, 8602, 1038, 9163};

const std::string common_function = "common";
const std::string rare_function = "rare";

} // namespace

simulation::simulation(knobs with)
    : with_{std::move(with)}, luck_{with_.seed ^ 0x9e3779b97f4a7c15ULL},
      proxy_os_{time_, luck_.between(0, with_.clock_skew_us)},
      proxy_disk_{std::make_shared<persistence::memory_disk>()}, proxy_pace_{with_.proxy_disk} {
  make_nodes();
  net_ = std::make_unique<network>(time_, luck_, with_.net, nodes_.size(), ends_of_network());
  crowd_ = std::make_unique<crowd>(time_, luck_, with_, truth_, ends_of_crowd());
}

simulation::~simulation() = default;

void simulation::make_nodes() {
  nodes_.resize(with_.nodes + 1);
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    auto& host = nodes_[n];
    host.pace = with_.node_disk;
    host.os = std::make_unique<process>(time_, luck_.between(0, with_.clock_skew_us));
    host.disk = std::make_shared<persistence::memory_disk>();
    host.settings.index = n;
    host.settings.name = "node" + std::to_string(n);
    host.settings.slots = 1 + static_cast<std::uint32_t>(luck_.below(with_.most_slots));
    host.settings.functions = {common_function};
    if (n == 0 || luck_.chance(500))
      host.settings.functions.push_back(rare_function);
    host.settings.fresh_ledger = {7, n < alike.size() ? alike[n] : alike.back() + n};
    host.settings.limits = with_.ledger;
    host.settings.pace = &host.pace;
    host.settings.hop_us = with_.hop_us;
    host.settings.held_result_bytes = with_.held_result_bytes;
    host.settings.checks = with_.check == check_level::full;
    if (n < with_.nodes)
      by_ledger_[host.settings.fresh_ledger] = n;
  }
}

network_ends simulation::ends_of_network() {
  network_ends ends;
  const auto alive_as = [this](const peer& who) {
    const auto& host = nodes_[who.node];
    return host.life && host.os->alive() && host.os->life() == who.life;
  };
  ends.connected = [this, alive_as](const peer& who) {
    if (alive_as(who))
      nodes_[who.node].os->after(0, [this, who] { nodes_[who.node].life->on_connected(); });
  };
  ends.connect_failed = [this, alive_as](const peer& who, const std::string& why) {
    if (alive_as(who))
      nodes_[who.node].os->after(
          0, [this, who, why] { nodes_[who.node].life->on_connect_failed(why); });
  };
  ends.node_sees_break = [this, alive_as](const peer& who) {
    if (alive_as(who))
      nodes_[who.node].os->after(0, [this, who] { nodes_[who.node].life->on_disconnected(); });
  };
  ends.proxy_sees_break = [this](const peer& who) {
    if (proxy_)
      proxy_os_.after(0, [this, who] { proxy_->on_disconnected(who); });
  };
  ends.deliver_to_node = [this, alive_as](const peer& to, node_packet content) {
    if (alive_as(to))
      nodes_[to.node].os->after(0, [this, to, content = std::move(content)]() mutable {
        nodes_[to.node].life->on_packet(std::move(content));
      });
  };
  ends.deliver_to_proxy = [this](const peer& from, proxy_packet content) {
    if (proxy_)
      proxy_os_.after(0, [this, from, content = std::move(content)]() mutable {
        proxy_->on_packet(from, std::move(content));
      });
  };
  return ends;
}

crowd_ends simulation::ends_of_crowd() {
  crowd_ends ends;
  ends.accepts = [this](std::size_t n) { return nodes_[n].life && !nodes_[n].life->stopping(); };
  ends.ask = [this](std::size_t n, std::uint64_t session, std::uint64_t number,
                    client_request request) {
    if (trace != nullptr)
      tell_of(n, '(' + std::to_string(session) + '.' + std::to_string(number) + ") is asked "
                     + describe(request));
    if (nodes_[n].life)
      nodes_[n].os->after(luck_.between(1, 100),
                          [this, n, session, number, request = std::move(request)]() mutable {
                            nodes_[n].life->on_request(session, number, std::move(request));
                          });
  };
  ends.close = [this](std::size_t n, std::uint64_t session) {
    if (nodes_[n].life)
      nodes_[n].os->after(100, [this, n, session] { nodes_[n].life->on_session_closed(session); });
  };
  return ends;
}

// -- processes
// --------------------------------------------------------------------------------------

void simulation::start_node(std::size_t n) {
  auto& host = nodes_[n];
  if (host.life)
    return;
  host.os->begin();
  last_start_us_ = time_.now_us();
  host.orphans = false; // R17: ended before anything runs
  host.life = std::make_unique<node_life>(static_cast<surroundings&>(*this), *host.os, luck_,
                                          host.settings, host.disk);
  if (!host.life->problem().empty()) {
    could_not_start(host.settings.name, host.life->problem());
    host.life.reset();
    host.os->end();
    return restart_node_after(n, away());
  }
  tell_of(n, "is up");
  host.life->start();
}

void simulation::start_proxy() {
  if (proxy_)
    return;
  proxy_os_.begin();
  last_start_us_ = time_.now_us();
  proxy_settings settings;
  settings.dispatch = with_.dispatch;
  settings.relay = with_.relay;
  settings.pace = &proxy_pace_;
  settings.hop_us = with_.hop_us;
  settings.checks = with_.check == check_level::full;
  settings.clock_ns = with_.clock_ns ? &with_.clock_ns : nullptr;
  settings.dispatch_ns = &figures_.dispatch_ns;
  proxy_ = std::make_unique<proxy_life>(static_cast<surroundings&>(*this), proxy_os_, luck_,
                                        settings, proxy_disk_);
  if (!proxy_->problem().empty()) {
    could_not_start("the proxy", proxy_->problem());
    proxy_.reset();
    proxy_os_.end();
    return restart_proxy_after(away());
  }
  proxy_->start();
}

/// A write that fails at start-up is a fault like any other; the next start goes well.
void simulation::could_not_start(const std::string& who, const std::string& why) {
  if (!with_.has(fault::disk_error) || ++failed_starts_ > figures_.faults[fault::disk_error])
    truth_.breach(who + " cannot start: " + why);
}

void simulation::kill_node(std::size_t n) {
  auto& host = nodes_[n];
  if (!host.life)
    return;
  tell_of(n, "is gone");
  disturb(n, 0);
  host.life->die();
  host.os->end();
  graves_.emplace_back(std::shared_ptr<node_life>(std::move(host.life)));
  time_.after(0, [this] { graves_.clear(); });
  host.orphans = !host.runs.empty();
  host.started_meanwhile.clear();
  for (const auto& [what, run] : host.runs)
    discount_run(run.plan->number);
  host.runs.clear();
  net_->node_died(n);
  if (n < with_.nodes)
    crowd_->on_node_died(n);
}

void simulation::kill_proxy() {
  if (!proxy_)
    return;
  proxy_->die();
  proxy_os_.end();
  graves_.emplace_back(std::shared_ptr<proxy_life>(std::move(proxy_)));
  time_.after(0, [this] { graves_.clear(); });
  net_->proxy_died();
}

void simulation::restart_node_after(std::size_t n, std::int64_t delay_us) {
  time_.after(delay_us, [this, n] { start_node(n); });
}

void simulation::restart_proxy_after(std::int64_t delay_us) {
  time_.after(delay_us, [this] { start_proxy(); });
}

// -- surroundings
// -----------------------------------------------------------------------------------

void simulation::connect(std::size_t node) {
  net_->connect({node, nodes_[node].os->life()}, proxy_os_.life(), proxy_os_.running());
}

void simulation::tell_of(std::size_t node, const std::string& text) {
  if (trace != nullptr)
    *trace << time_.now_us() << ' ' << nodes_[node].settings.name << ' ' << text << '\n';
}

void simulation::send_to_proxy(std::size_t node, proxy_packet content) {
  if (trace != nullptr)
    if (const auto text = describe(content); !text.empty())
      tell_of(node, "-> " + text);
  net_->send_to_proxy({node, nodes_[node].os->life()}, std::move(content));
}

void simulation::send_to_node(const peer& to, node_packet content) {
  if (trace != nullptr)
    if (const auto text = describe(content); !text.empty())
      tell_of(to.node, "<- " + text);
  net_->send_to_node(to, std::move(content));
}

void simulation::reply(std::size_t node, const core::reply& answer) {
  if (node >= with_.nodes)
    return;
  if (trace != nullptr)
    tell_of(node, '(' + std::to_string(answer.to.session) + '.' + std::to_string(answer.to.number)
                      + ") answers " + describe(answer.content));
  crowd_->on_reply(node, answer);
}

void simulation::stopped(std::size_t node) {
  // The process ends a little later: what it had to say is on its way.
  nodes_[node].os->after(luck_.between(0, 2'000), [this, node] {
    kill_node(node);
    nodes_[node].orphans = false;
    restart_node_after(node, away());
  });
}

void simulation::node_failed(std::size_t node, const std::string& /*why*/) {
  kill_node(node);
  lose_records(node, 4);
  if (node < with_.nodes)
    restart_node_after(node, away());
}

void simulation::proxy_failed(const std::string& /*why*/) {
  kill_proxy();
  lose_records_of_proxy(4);
  restart_proxy_after(away());
}

void simulation::log(const std::string& who, const core::note& line) {
  if (trace != nullptr)
    *trace << time_.now_us() << ' ' << who << ": " << line.text << '\n';
}

} // namespace evenkeel::simulator
