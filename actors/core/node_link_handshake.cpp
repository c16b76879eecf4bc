// The part of node_link that judges the proxy's answers to a join: welcome and refusal.
#include "actors/core/node_link_state.hpp"
#include "messages/ticket.hpp"

#include <algorithm>

namespace evenkeel::core {

namespace {

constexpr std::uint32_t longest_retry_ms = 60'000; ///< whatever a refusal asks for

/// Refusals that time alone will hardly heal: an operator has to look.
bool needs_an_operator(refusal_reason reason) {
  switch (reason) {
  case refusal_reason::protocol_version:
  case refusal_reason::duplicate_name:
  case refusal_reason::stale_incarnation:
  case refusal_reason::code_conflict:
    return true;
  case refusal_reason::cluster_full:
  case refusal_reason::starting:
  case refusal_reason::overloaded:
    return false;
  }
  return false;
}

note::level severity_of(refusal_reason reason) {
  if (needs_an_operator(reason))
    return note::level::error;
  return reason == refusal_reason::starting ? note::level::info : note::level::warning;
}

} // namespace

bool node_link::state::acceptable(const welcome& content, instant now, link_effects& fx) {
  if (content.proxy.counter < identity.highest_epoch) {
    complain(trouble::lower_epoch, note::level::warning,
             "the proxy is at epoch " + std::to_string(content.proxy.counter)
                 + ", this node has obeyed epoch " + std::to_string(identity.highest_epoch)
                 + ": connecting again",
             now, fx);
    return false;
  }
  if (!valid_ledger_code(content.code)) {
    complain(trouble::bad_code, note::level::error,
             "the proxy gave this ledger a malformed code; connecting again", now, fx);
    return false;
  }
  if (!identity.code.empty() && content.code != identity.code) {
    complain(trouble::bad_code, note::level::error,
             "the proxy calls this ledger " + content.code + ", but its tickets say "
                 + identity.code + "; connecting again",
             now, fx);
    return false;
  }
  return true;
}

void node_link::state::remember(const welcome& content, link_effects& fx) {
  if (content.proxy.counter == identity.highest_epoch && content.code == identity.code)
    return;
  identity.highest_epoch = content.proxy.counter;
  identity.code = content.code;
  fx.put(identity, durability::synced);
}

void node_link::state::log_refusal(const refusal& content, link_effects& fx) {
  std::pair news{content.reason, content.text};
  const bool repeated = last_refusal == news;
  fx.log(repeated ? note::level::debug : severity_of(content.reason),
         (phase == link_phase::up ? "the proxy ended the link: " : "the proxy refuses this node: ")
             + content.text);
  last_refusal = std::move(news);
}

void node_link::on_welcome(const welcome& content, instant now, link_effects& fx) {
  auto& self = *state_;
  if (self.phase != link_phase::joining || !self.is_current(content.node, content.link))
    return;
  if (!self.acceptable(content, now, fx))
    return self.start_over(now, fx);
  self.remember(content, fx);
  self.phase = link_phase::up;
  self.backoff_ms = self.settings.connect_backoff_min_ms;
  self.proxy = content.proxy;
  self.cluster = content.settings;
  self.watch.set_lease_ms(content.settings.lease_ms);
  self.sent = 0;
  self.received = 0;
  self.parcels = joiner<proxy_message>{};
  self.heard_us = now.steady_us;
  self.reported_us.reset();
  self.round_trip_us = 0;
  self.last_refusal.reset();
  self.complained_us.fill(std::nullopt);
  fx.emit(link_up{content.link, content.code, content.settings});
  if (self.draining) // before it tells what it holds, or it would be given more
    self.send(drain{}, fx);
  fx.log(note::level::info, "joined the cluster as " + content.code + ", epoch "
                                + std::to_string(content.proxy.counter));
}

void node_link::on_refusal(const refusal& content, instant now, link_effects& fx) {
  auto& self = *state_;
  const bool was_up = self.phase == link_phase::up;
  if ((!was_up && self.phase != link_phase::joining)
      || !self.is_current(content.node, content.link))
    return;
  self.log_refusal(content, fx);
  self.end_link(fx);
  const auto shortest_ms = self.settings.connect_backoff_min_ms;
  self.wait(now, was_up ? shortest_ms
                        : std::clamp(content.retry_ms, shortest_ms,
                                     std::max(shortest_ms, longest_retry_ms)));
}

} // namespace evenkeel::core
