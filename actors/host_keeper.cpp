#include "actors/host_keeper.hpp"

#include "actors/clock.hpp"
#include "actors/connector.hpp"
#include "actors/log.hpp"
#include "messages/overloaded.hpp"

#include <caf/io/all.hpp>

#include <chrono>
#include <set>
#include <utility>

namespace evenkeel {

namespace {

constexpr auto tick_period = std::chrono::milliseconds(50);
constexpr auto connect_timeout = std::chrono::seconds(3);
constexpr auto report_timeout = std::chrono::seconds(3);
constexpr auto spawn_timeout = std::chrono::seconds(5);

} // namespace

void host_keeper_state::start(pointer self, spawn_desk_actor owner, std::string host,
                              std::uint16_t port, std::shared_ptr<const tls::credentials> ours) {
  self_ = self;
  owner_ = std::move(owner);
  host_ = std::move(host);
  port_ = port;
  ours_ = std::move(ours);
  watch_.emplace(host_ + ":" + std::to_string(port));
  self_->set_down_handler([this](const caf::down_msg& down) {
    if (found_ && down.source == found_.address())
      unreachable("its connection has ended");
  });
  self_->delayed_send(self_, tick_period, tick_atom::value);
}

void host_keeper_state::on_tick() {
  tell([](auto& watch, auto& fx) { watch.on_tick(read_clock(), fx); });
  self_->delayed_send(self_, tick_period, tick_atom::value);
}

void host_keeper_state::unreachable(const std::string& why) {
  if (found_)
    self_->demonitor(found_.address());
  found_ = nullptr;
  tell([&](auto& watch, auto& fx) { watch.on_unreachable(why, read_clock(), fx); });
}

void host_keeper_state::run(core::host_watch_effects& fx) {
  for (auto& output : fx.outputs)
    std::visit(overloaded{
                   [&](core::look_at_host&) { found_ ? ask() : look(); },
                   [&](core::spawn_there& x) { spawn(x.order); },
                   [&](core::end_there& x) {
                     if (found_)
                       self_->send(found_, withdraw_atom::value, x.name);
                   },
                   [&](core::ended_there& x) { self_->send(owner_, node_ended{x.name}); },
                   [](core::note& x) { log_line(x); },
               },
               output);
}

void host_keeper_state::look() {
  if (const auto why = probe_cluster_port(host_, port_, ours_); !why.empty())
    return unreachable(why);
  self_
      ->request(connection_maker(self_->system(), ours_), connect_timeout, caf::connect_atom::value,
                host_, port_)
      .then(
          [this](const caf::node_id&, const caf::strong_actor_ptr& found,
                 const std::set<std::string>&) {
            if (!found)
              return unreachable("whoever listens there does not answer as a host");
            found_ = caf::actor_cast<host_actor>(found);
            self_->monitor(found_);
            ask();
          },
          [this](const caf::error&) {
            unreachable("whoever listens there does not answer as a host");
          });
}

/// A handle is not trusted until its actor has answered.
void host_keeper_state::ask() {
  self_->request(found_, report_timeout, report_atom::value)
      .then(
          [this](const host_report& report) {
            tell([&](auto& watch, auto& fx) { watch.on_report(report, read_clock(), fx); });
          },
          [this](const caf::error&) { unreachable("it does not answer as a host"); });
}

void host_keeper_state::spawn(const spawn_order& order) {
  std::string why = "the connection to its host has ended";
  if (found_) {
    const auto made = self_->system().middleman().remote_spawn<node_actor>(
        found_.node(), spawned_node_type, caf::make_message(order), spawn_timeout);
    why = made ? "" : "the host refuses to spawn it: " + self_->system().render(made.error());
  }
  tell([&](auto& watch, auto& fx) { watch.on_spawned(order.name, why, read_clock(), fx); });
}

host_keeper_actor::behavior_type host_keeper(host_keeper_state::pointer self,
                                             spawn_desk_actor owner, std::string host,
                                             std::uint16_t port,
                                             std::shared_ptr<const tls::credentials> ours) {
  auto* state = &self->state;
  state->start(self, std::move(owner), std::move(host), port, std::move(ours));
  return {
      [state](const core::watch_node& x) {
        state->tell([&](auto& watch, auto&) { watch.on_order(x.order); });
      },
      [state](const core::end_node& x) {
        state->tell([&](auto& watch, auto&) { watch.on_withdraw(x.order); });
      },
      [state](const core::forget_node& x) {
        state->tell([&](auto& watch, auto&) { watch.on_forget(x.order.name); });
      },
      [state](tick_atom) { state->on_tick(); },
  };
}

} // namespace evenkeel
