#include "actors/core/node_link.hpp"

#include "actors/core/node_link_state.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::core {

namespace {

constexpr std::int64_t complaint_period_us = 10'000 * us_per_ms;
constexpr unsigned link_number_bits = 32; ///< for the links of one incarnation

} // namespace

node_link::state::state(link_settings with, const ledger_id& fresh_ledger, std::uint64_t nonce)
    : settings(std::move(with)), identity{fresh_ledger, {}, 0, 0}, process{0, nonce},
      backoff_ms(settings.connect_backoff_min_ms), watch(cluster.lease_ms) {}

// -- phases ---------------------------------------------------------------------------------------

void node_link::state::connect(instant now, link_effects& fx) {
  phase = link_phase::connecting;
  connect_began_us = now.steady_us;
  fx.emit(connect_now{});
}

void node_link::state::begin_join(instant now, link_effects& fx) {
  phase = link_phase::joining;
  ++number;
  join_began_us = now.steady_us;
  ask_to_join(now, fx);
}

void node_link::state::ask_to_join(instant now, link_effects& fx) {
  join_sent_us = now.steady_us;
  fx.emit(send_join{{link_protocol_version, settings.slots, number, identity.highest_epoch,
                     identity.ledger, process, identity.code, settings.name, settings.address,
                     settings.functions}});
}

void node_link::state::wait(instant now, std::uint32_t wait_ms) {
  phase = link_phase::waiting;
  wake_us = now.steady_us + wait_ms * us_per_ms;
}

void node_link::state::end_link(link_effects& fx) {
  if (phase == link_phase::up)
    fx.emit(link_down{number});
}

void node_link::state::start_over(instant now, link_effects& fx) {
  end_link(fx);
  if (std::exchange(connected, false))
    fx.emit(disconnect_now{});
  wait(now, next_backoff());
}

void node_link::state::send(node_message content, link_effects& fx) {
  for (auto& piece : split(std::move(content)))
    fx.emit(send_link_message{{proxy, process, number, ++sent}, std::move(piece)});
}

std::uint32_t node_link::state::next_backoff() {
  const auto longest = std::max(settings.connect_backoff_max_ms, backoff_ms);
  return std::exchange(backoff_ms, backoff_ms > longest / 2 ? longest : backoff_ms * 2);
}

void node_link::state::complain(trouble kind, note::level severity, std::string text, instant now,
                                link_effects& fx) {
  auto& last_us = complained_us.at(static_cast<std::size_t>(kind));
  if (last_us && now.steady_us - *last_us < complaint_period_us)
    return;
  last_us = now.steady_us;
  fx.log(severity, std::move(text));
}

// -- start and stop -------------------------------------------------------------------------------

node_link::node_link(link_settings settings, ledger_id fresh_ledger, std::uint64_t nonce)
    : state_(std::make_unique<state>(std::move(settings), fresh_ledger, nonce)) {}
node_link::~node_link() = default;
node_link::node_link(node_link&&) noexcept = default;
node_link& node_link::operator=(node_link&&) noexcept = default;

void node_link::recover(const record::value& content) {
  if (const auto* identity = std::get_if<record::identity>(&content))
    state_->identity = *identity;
}

void node_link::on_start(instant now, link_effects& fx) {
  auto& self = *state_;
  self.process.counter = ++self.identity.incarnation_counter;
  self.number = self.process.counter << link_number_bits;
  self.watch.late(now);
  fx.put(self.identity, durability::synced);
  self.connect(now, fx);
}

void node_link::on_drain(link_effects& fx) {
  auto& self = *state_;
  if (!std::exchange(self.draining, true) && self.phase == link_phase::up)
    self.send(drain{}, fx);
}

void node_link::on_shutdown(instant, link_effects& fx) {
  auto& self = *state_;
  if (self.phase == link_phase::up)
    self.send(leave{}, fx);
  else if (self.connected)
    fx.emit(disconnect_now{});
  self.end_link(fx);
  self.connected = false;
  self.phase = link_phase::stopped;
}

// -- the connection -------------------------------------------------------------------------------

void node_link::on_connected(instant now, link_effects& fx) {
  auto& self = *state_;
  if (self.phase != link_phase::connecting) {
    if (!self.connected)
      fx.emit(disconnect_now{});
    return;
  }
  self.connected = true;
  self.begin_join(now, fx);
}

void node_link::on_connect_failed(const std::string& why, instant now, link_effects& fx) {
  auto& self = *state_;
  if (self.phase != link_phase::connecting)
    return;
  self.complain(trouble::unreachable, note::level::warning,
                "cannot reach the proxy: " + why + "; trying again", now, fx);
  self.wait(now, self.next_backoff());
  // An attempt that was answered by silence has waited already: a link that is healed is soon
  // found.
  self.wake_us -= now.steady_us - self.connect_began_us;
}

void node_link::on_disconnected(instant now, link_effects& fx) {
  auto& self = *state_;
  if (!std::exchange(self.connected, false))
    return;
  if (self.phase == link_phase::up)
    fx.log(note::level::warning, "the connection to the proxy broke; trying again");
  self.end_link(fx);
  self.wait(now, self.next_backoff());
}

void node_link::on_tick(instant now, link_effects& fx) {
  auto& self = *state_;
  const bool stalled = self.watch.late(now);
  if (stalled && (self.phase == link_phase::up || self.phase == link_phase::joining)) {
    self.heard_us = now.steady_us;
    self.join_began_us = now.steady_us;
    fx.log(note::level::warning, "this node itself stood still: the proxy's lease starts anew");
  }
  const auto lease_us = self.cluster.lease_ms * us_per_ms;
  if (self.phase == link_phase::up && now.steady_us - self.heard_us > lease_us) {
    fx.log(note::level::warning, "the proxy was silent for the whole lease; connecting again");
    self.start_over(now, fx);
  } else if (self.phase == link_phase::joining && now.steady_us - self.join_began_us > lease_us) {
    self.complain(trouble::silent, note::level::warning,
                  "the proxy does not answer; connecting again", now, fx);
    self.start_over(now, fx);
  } else if (self.phase == link_phase::joining
             && now.steady_us - self.join_sent_us >= self.settings.join_retry_ms * us_per_ms) {
    self.ask_to_join(now, fx);
  } else if (self.phase == link_phase::waiting && now.steady_us >= self.wake_us) {
    if (self.connected)
      self.begin_join(now, fx);
    else
      self.connect(now, fx);
  }
}

// -- messages -------------------------------------------------------------------------------------

void node_link::on_message(const link_header& header, proxy_message content, instant now,
                           link_effects& fx) {
  auto& self = *state_;
  if (self.phase != link_phase::up || header.proxy != self.proxy
      || !self.is_current(header.node, header.link) || header.sequence <= self.received)
    return;
  if (header.sequence != self.received + 1) {
    fx.log(note::level::warning, "a message of the proxy was lost; connecting again");
    return self.start_over(now, fx);
  }
  self.received = header.sequence;
  self.heard_us = now.steady_us;
  auto whole = self.parcels.accept(std::move(content));
  if (self.parcels.broken()) {
    fx.log(note::level::error, "the proxy sent pieces that do not fit; connecting again");
    return self.start_over(now, fx);
  }
  if (whole)
    fx.emit(from_proxy{header.link, *std::move(whole)});
}

void node_link::on_outgoing(to_proxy message, link_effects& fx) {
  if (up() && message.link == state_->number)
    state_->send(std::move(message.content), fx);
}

// -- heartbeats (R9: they wait for no commit) -----------------------------------------------------

void node_link::on_heartbeat(const heartbeat& content, instant now, link_effects&) {
  auto& self = *state_;
  if (!up() || content.proxy != self.proxy || !self.is_current(content.node, content.link))
    return;
  self.heard_us = now.steady_us;
  const auto now_us = static_cast<std::uint64_t>(now.steady_us);
  if (content.stamp_us <= self.echoed_us || content.stamp_us > now_us)
    return;
  self.echoed_us = content.stamp_us;
  const auto measured = std::max<std::uint64_t>(now_us - content.stamp_us, 1);
  self.round_trip_us =
      self.round_trip_us == 0 ? measured : (7 * self.round_trip_us + measured + 4) / 8;
}

bool node_link::report_due(instant now, load_report& report) {
  auto& self = *state_;
  const auto period_us = self.cluster.heartbeat_ms * us_per_ms;
  if (!up() || (self.reported_us && now.steady_us - *self.reported_us < period_us))
    return false;
  self.reported_us = now.steady_us;
  report.proxy = self.proxy;
  report.node = self.process;
  report.link = self.number;
  report.stamp_us = static_cast<std::uint64_t>(now.steady_us);
  report.round_trip_us = self.round_trip_us;
  return true;
}

// -- what others may know -------------------------------------------------------------------------

bool node_link::up() const {
  return state_->phase == link_phase::up;
}

std::uint64_t node_link::link() const {
  return up() ? state_->number : 0;
}

bool node_link::disowned() const {
  return state_->last_refusal && state_->last_refusal->first == refusal_reason::stale_incarnation;
}

const std::string& node_link::refusal_text() const {
  static const std::string none;
  return state_->last_refusal ? state_->last_refusal->second : none;
}

const ledger_id& node_link::ledger() const {
  return state_->identity.ledger;
}

const std::string& node_link::code() const {
  return state_->identity.code;
}

incarnation node_link::process() const {
  return state_->process;
}

} // namespace evenkeel::core
