#include "actors/core/membership.hpp"

#include "actors/core/membership_table.hpp"
#include "actors/core/stall_watch.hpp"

#include <map>
#include <utility>
#include <vector>

namespace evenkeel::core {

namespace {

constexpr std::uint32_t rejoin_retry_ms = 100; ///< for nodes whose link we ended ourselves
constexpr std::size_t max_refused_ledgers = 4096;

/// Why a link ended, and what its node is told.
struct farewell {
  std::string why;
  note::level severity = note::level::warning;
  bool clean = false;
  bool tell = false; ///< a refusal follows, so that a node that still lives joins anew at once
};

} // namespace

struct membership::state {
  membership_settings settings;
  epoch current;
  bool started = false;
  bool settled = false; ///< as in proxy_identity
  std::int64_t began_us = 0;
  member_table table;
  stall_watch watch;
  /// What was logged last about ledgers that are refused: the same again is no news.
  std::map<ledger_id, std::pair<refusal_reason, std::string>> refused;

  state(membership_settings with, std::uint64_t nonce)
      : settings(with), current{0, nonce}, watch(settings.cluster.lease_ms) {}

  void begin_epoch(std::uint64_t counter, instant now, membership_effects& fx);
  void raise_epoch(const join& request, instant now, membership_effects& fx);
  void accept(std::uint64_t channel, const join& request, std::string code, instant now,
              membership_effects& fx);
  void welcome_on(const standing_link& link, membership_effects& fx) const;
  void refuse(std::uint64_t channel, const join& request, admission verdict,
              membership_effects& fx);
  void end_link(const ledger_id& ledger, const farewell& how, membership_effects& fx);
  [[nodiscard]] standing_link* fitting(std::uint64_t channel, const epoch& proxy,
                                       const incarnation& process, std::uint64_t number);
};

// -- epochs (R1) ----------------------------------------------------------------------------------

void membership::state::begin_epoch(std::uint64_t counter, instant now, membership_effects& fx) {
  current.counter = counter;
  began_us = now.steady_us;
  fx.put(record::proxy_identity{counter, settled}, durability::synced);
  fx.emit(epoch_begun{current, !settled});
}

void membership::state::raise_epoch(const join& request, instant now, membership_effects& fx) {
  fx.log(note::level::warning,
         "node '" + request.name + "' has obeyed epoch " + std::to_string(request.highest_epoch)
             + ": this proxy, at epoch " + std::to_string(current.counter) + ", starts above it");
  std::vector<ledger_id> standing;
  for (const auto& [ledger, link] : table.links())
    standing.push_back(ledger);
  for (const auto& ledger : standing)
    end_link(ledger, {"the epoch is raised", note::level::info, false, true}, fx);
  settled = false;
  begin_epoch(request.highest_epoch + 1, now, fx);
}

// -- joins ----------------------------------------------------------------------------------------

void membership::state::accept(std::uint64_t channel, const join& request, std::string code,
                               instant now, membership_effects& fx) {
  end_link(request.ledger, {"it joins anew", note::level::info, false, false}, fx);
  if (const auto* other = table.link_on(channel))
    end_link(ledger_id{other->ledger}, {"its channel has a new owner"}, fx);
  const auto* known = table.find(request.ledger);
  const record::member content{request.ledger,  std::move(code), request.name,
                               request.process, request.slots,   request.address};
  if (known == nullptr || known->content != content) {
    const bool code_is_new = known == nullptr || known->content.code != content.code;
    fx.put(content, code_is_new ? durability::synced : durability::written);
    table.store(content);
  }
  refused.erase(request.ledger);
  const auto& link =
      table.open(request.ledger, channel, request.link, current.counter, now.steady_us);
  welcome_on(link, fx);
  fx.emit(node_up{request.ledger, request.link, request.process, request.slots, content.code,
                  request.name, request.address, request.functions});
  fx.log(note::level::info, "node '" + request.name + "' (" + content.code + ") joined with "
                                + std::to_string(request.slots) + " slots, start "
                                + std::to_string(request.process.counter));
}

void membership::state::welcome_on(const standing_link& link, membership_effects& fx) const {
  const auto& code = table.find(link.ledger)->content.code;
  fx.emit(send_welcome{link.channel, {current, link.process, link.number, code, settings.cluster}});
}

void membership::state::refuse(std::uint64_t channel, const join& request, admission verdict,
                               membership_effects& fx) {
  auto severity = note::level::debug;
  if (verdict.reason != refusal_reason::starting) {
    if (refused.size() >= max_refused_ledgers)
      refused.clear();
    auto& last = refused[request.ledger];
    if (std::pair news{verdict.reason, verdict.text}; last != news) {
      severity = note::level::warning;
      last = std::move(news);
    }
  }
  fx.log(severity, "node '" + request.name + "' is refused: " + verdict.text);
  fx.emit(send_refusal{
      channel,
      {verdict.reason, request.process, request.link, verdict.retry_ms, std::move(verdict.text)}});
}

// -- links ----------------------------------------------------------------------------------------

void membership::state::end_link(const ledger_id& ledger, const farewell& how,
                                 membership_effects& fx) {
  const auto* link = table.link_of(ledger);
  if (link == nullptr)
    return;
  const auto& who = table.find(ledger)->content;
  fx.emit(node_down{ledger, link->number, how.clean});
  if (how.tell)
    fx.emit(send_refusal{
        link->channel,
        {refusal_reason::starting, link->process, link->number, rejoin_retry_ms, how.why}});
  fx.log(how.severity, "node '" + who.name + "' (" + who.code + ") is down: " + how.why);
  table.close(ledger);
}

standing_link* membership::state::fitting(std::uint64_t channel, const epoch& proxy,
                                          const incarnation& process, std::uint64_t number) {
  auto* link = table.link_on(channel);
  const bool fits =
      link != nullptr && proxy == current && process == link->process && number == link->number;
  return fits ? link : nullptr;
}

// -- the interface --------------------------------------------------------------------------------

membership::membership(membership_settings settings, std::uint64_t nonce)
    : state_(std::make_unique<state>(settings, nonce)) {}
membership::~membership() = default;
membership::membership(membership&&) noexcept = default;
membership& membership::operator=(membership&&) noexcept = default;

void membership::recover(const record::value& content) {
  if (const auto* identity = std::get_if<record::proxy_identity>(&content)) {
    state_->current.counter = identity->epoch_counter;
    state_->settled = identity->settled;
  } else if (const auto* member = std::get_if<record::member>(&content)) {
    state_->table.store(*member);
  }
}

void membership::on_start(instant now, membership_effects& fx) {
  state_->started = true;
  state_->watch.late(now);
  state_->begin_epoch(state_->current.counter + 1, now, fx);
}

void membership::on_join(std::uint64_t channel, const join& request, instant now,
                         membership_effects& fx) {
  auto& self = *state_;
  if (!self.started) {
    admission not_yet;
    not_yet.text = "the proxy is starting";
    return self.refuse(channel, request, std::move(not_yet), fx);
  }
  if (auto verdict = member_table::unfit(request))
    return self.refuse(channel, request, *std::move(verdict), fx);
  if (self.table.obeyed_another(request, self.current.counter))
    self.raise_epoch(request, now, fx);
  auto verdict = self.table.judge(channel, request, self.settings.max_nodes);
  switch (verdict.decision) {
  case admission::verdict::ignore:
    break;
  case admission::verdict::refuse:
    self.refuse(channel, request, std::move(verdict), fx);
    break;
  case admission::verdict::welcome_again: {
    auto& link = *self.table.link_of(request.ledger);
    link.heard_us = now.steady_us;
    self.welcome_on(link, fx);
    break;
  }
  case admission::verdict::accept:
    self.accept(channel, request, std::move(verdict.code), now, fx);
    break;
  }
}

void membership::on_message(std::uint64_t channel, const link_header& header, node_message content,
                            instant now, membership_effects& fx) {
  auto& self = *state_;
  auto* link = self.fitting(channel, header.proxy, header.node, header.link);
  if (link == nullptr || header.sequence <= link->received)
    return;
  const auto ledger = link->ledger;
  if (header.sequence != link->received + 1)
    return self.end_link(ledger, {"a message was lost", note::level::warning, false, true}, fx);
  link->received = header.sequence;
  link->heard_us = now.steady_us;
  if (std::holds_alternative<leave>(content))
    return self.end_link(ledger, {"it has stopped", note::level::info, true, false}, fx);
  auto whole = link->parcels.accept(std::move(content));
  if (link->parcels.broken())
    return self.end_link(ledger,
                         {"it sent pieces that do not fit", note::level::error, false, true}, fx);
  if (whole)
    fx.emit(from_node{ledger, header.link, *std::move(whole)});
}

membership::report_answer membership::on_load_report(std::uint64_t channel,
                                                     const load_report& report, instant now) {
  auto* link = state_->fitting(channel, report.proxy, report.node, report.link);
  report_answer answer;
  answer.fits = link != nullptr;
  if (link != nullptr) {
    link->heard_us = now.steady_us;
    answer.ledger = link->ledger;
    answer.echo = {report.proxy, report.node, report.link, report.stamp_us};
  } else {
    answer.rejection = {refusal_reason::starting, report.node, report.link, rejoin_retry_ms,
                        "this link does not stand here"};
  }
  return answer;
}

void membership::on_outgoing(to_node message, membership_effects& fx) {
  auto* link = state_->table.link_of(message.ledger);
  if (link == nullptr || link->number != message.link)
    return;
  for (auto& piece : split(std::move(message.content))) {
    const link_header header{state_->current, link->process, link->number, ++link->sent};
    fx.emit(send_message{link->channel, header, std::move(piece)});
  }
}

void membership::on_retire(const from_node& asker, membership_effects& fx) {
  const auto* asked = std::get_if<query>(&asker.content);
  if (asked == nullptr || asked->request.kind != request_kind::retire)
    return;
  const auto& code = asked->request.subject.code;
  client_answer told;
  told.kind = request_kind::retire;
  told.subject = asked->request.subject;
  const auto* known = state_->table.holder_of(code);
  if (known == nullptr) {
    told.code = errc::not_found;
    told.text = "no node with tickets " + code + "-... is known here";
  } else if (state_->table.link_of(known->content.ledger) != nullptr) {
    told.code = errc::conflict;
    told.text = "node '" + known->content.name + "' is connected: only a dead one is retired";
  } else {
    fx.erase(record::key_of(known->content), durability::synced);
    fx.emit(ledger_retired{known->content.ledger});
    fx.log(note::level::warning,
           "node '" + known->content.name + "' (" + code + ") is retired: its jobs are dropped");
  }
  on_outgoing({asker.ledger, asker.link, answer{0, asked->question, std::move(told)}}, fx);
}

void membership::on_channel_down(std::uint64_t channel, instant, membership_effects& fx) {
  if (const auto* link = state_->table.link_on(channel))
    state_->end_link(ledger_id{link->ledger}, {"its connection broke"}, fx);
}

void membership::on_tick(instant now, membership_effects& fx) {
  auto& self = *state_;
  if (self.watch.late(now)) {
    self.began_us = now.steady_us;
    for (auto& [ledger, link] : self.table.links())
      link.heard_us = now.steady_us;
    if (!self.table.links().empty())
      fx.log(note::level::warning, "the proxy itself stood still: all leases start anew");
    return;
  }
  const auto grace_us = self.settings.cluster.grace_ms * us_per_ms;
  if (!self.settled && self.started && now.steady_us - self.began_us >= grace_us) {
    self.settled = true;
    fx.log(note::level::debug,
           "epoch " + std::to_string(self.current.counter)
               + " has settled: who was there before had the time to come back");
    fx.put(record::proxy_identity{self.current.counter, true}, durability::written);
  }
  const auto lease_us = self.settings.cluster.lease_ms * us_per_ms;
  std::vector<ledger_id> silent;
  for (const auto& [ledger, link] : self.table.links())
    if (now.steady_us - link.heard_us > lease_us)
      silent.push_back(ledger);
  for (const auto& ledger : silent)
    self.end_link(ledger, {"it was silent for the whole lease", note::level::warning, false, true},
                  fx);
}

epoch membership::current_epoch() const {
  return state_->current;
}

std::size_t membership::live_nodes() const {
  return state_->table.links().size();
}

bool membership::has_live_elsewhere(const std::string& name, const std::string& address) const {
  return state_->table.has_live_elsewhere(name, address);
}

std::size_t membership::known_ledgers() const {
  return state_->table.known();
}

std::string membership::check_invariants() const {
  const auto max_nodes = state_->settings.max_nodes;
  if (max_nodes > 0 && live_nodes() > max_nodes)
    return "more nodes are live than may be";
  return state_->table.check_invariants();
}

} // namespace evenkeel::core
