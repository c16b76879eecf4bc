#include "actors/proxy.hpp"

#include "actors/core/routing.hpp"
#include "actors/log.hpp"

#include <chrono>
#include <utility>

namespace evenkeel {

namespace {

constexpr auto tick_period = std::chrono::milliseconds(50);

template <class T>
auto from_link(proxy_state* state) {
  return [state](const link_header& header, T& content) {
    state->on_link_message(header, std::move(content));
  };
}

} // namespace

void proxy_state::start(pointer self, proxy_parts parts) {
  self_ = self;
  parts_ = std::move(parts);
  step_ = {parts_.store, 0};
  self_->set_default_handler(caf::drop);              // some other proxy may take us for a host
  self_->set_error_handler([](const caf::error&) {}); // as in a node: a peer's must not end it
  self_->set_down_handler([this](const caf::down_msg& down) { on_down(down.source); });
  const proxy_neighbours all{self_, parts_.dispatcher, parts_.collector};
  self_->send(parts_.dispatcher, all);
  self_->send(parts_.collector, all);
  parts_.membership->on_start(read_clock(), step_.fx());
  flush();
  self_->delayed_send(self_, tick_period, tick_atom::value);
}

std::uint64_t proxy_state::channel_of_sender() {
  const auto found = channels_.find(caf::actor_cast<caf::actor_addr>(self_->current_sender()));
  return found == channels_.end() ? 0 : found->second;
}

void proxy_state::on_join(const join& request, const node_actor& peer) {
  if (!peer)
    return;
  auto [channel, fresh] = channels_.try_emplace(peer.address(), next_channel_);
  if (fresh) {
    peers_[next_channel_++] = peer;
    self_->monitor(peer);
  }
  parts_.membership->on_join(channel->second, request, read_clock(), step_.fx());
  flush();
}

/// Answered at once: heartbeats do not wait for commits (R9).
void proxy_state::on_load_report(const load_report& report) {
  const auto channel = channel_of_sender();
  const auto peer = peers_.find(channel);
  if (peer == peers_.end())
    return;
  const auto answer = parts_.membership->on_load_report(channel, report, read_clock());
  if (!answer.fits) {
    self_->send(peer->second, answer.rejection);
    return;
  }
  self_->send(peer->second, answer.echo);
  self_->send(parts_.dispatcher, node_load{answer.ledger, report});
}

void proxy_state::on_link_message(const link_header& header, node_message content) {
  parts_.membership->on_message(channel_of_sender(), header, std::move(content), read_clock(),
                                step_.fx());
  flush();
}

void proxy_state::on_outgoing(std::vector<core::to_node>& messages) {
  for (auto& message : messages) {
    if (debug_is_on())
      digest_.on_outgoing(message);
    parts_.membership->on_outgoing(std::move(message), step_.fx());
  }
  flush();
}

void proxy_state::on_committed(const committed& news) {
  step_.on_committed(news.number);
  flush();
}

void proxy_state::on_tick() {
  const auto now = read_clock();
  parts_.membership->on_tick(now, step_.fx());
  flush();
  if (const auto line = digest_.line(now))
    log_line(core::note::level::debug, *line);
  self_->send(parts_.dispatcher, tick_atom::value);
  if (std::exchange(collector_ticks_, !collector_ticks_))
    self_->send(parts_.collector, tick_atom::value);
  self_->delayed_send(self_, tick_period, tick_atom::value);
}

caf::result<hosting_answer> proxy_state::on_hosting(const hosting_request& request) {
  const auto& order = request.order;
  const auto address = order.client_address + ":" + std::to_string(order.client_port);
  return self_->delegate(parts_.spawns, hosting_wish{request, parts_.membership->has_live_elsewhere(
                                                                  order.name, address)});
}

/// Everything acknowledged is durable already: the process may end.
void proxy_state::on_stop() const {
  parts_.on_stopped();
}

void proxy_state::on_down(const caf::actor_addr& peer) {
  const auto found = channels_.find(peer);
  if (found == channels_.end())
    return;
  const auto channel = found->second;
  channels_.erase(found);
  peers_.erase(channel);
  parts_.membership->on_channel_down(channel, read_clock(), step_.fx());
  flush();
}

void proxy_state::flush() {
  for (auto outputs = step_.commit_and_take(self_); !outputs.empty();
       outputs = step_.commit_and_take(self_))
    for (auto& output : outputs)
      run(output);
}

void proxy_state::run(core::membership_output& output) {
  const auto send = [this](std::uint64_t channel, auto&&... content) {
    const auto peer = peers_.find(channel);
    if (peer != peers_.end())
      self_->send(peer->second, std::forward<decltype(content)>(content)...);
  };
  std::visit(overloaded{
                 [&](core::send_welcome& x) { send(x.channel, std::move(x.content)); },
                 [&](core::send_refusal& x) { send(x.channel, std::move(x.content)); },
                 [&](core::send_message& x) {
                   std::visit([&](auto& content) { send(x.channel, x.header, std::move(content)); },
                              x.content);
                 },
                 [&](core::node_up& x) {
                   digest_.on_node_up(x);
                   self_->send(parts_.dispatcher, x);
                   self_->send(parts_.collector, std::move(x));
                 },
                 [&](core::node_down& x) {
                   digest_.on_node_down(x);
                   self_->send(parts_.dispatcher, x);
                   self_->send(parts_.collector, x);
                 },
                 [&](core::from_node& x) { route(x); },
                 [&](core::epoch_begun& x) {
                   self_->send(parts_.dispatcher, epoch_news{x.current, x.wiped});
                 },
                 [&](core::ledger_retired& x) {
                   self_->send(parts_.dispatcher, x);
                   self_->send(parts_.collector, x);
                 },
                 [](core::note& x) { log_line(x); },
             },
             output);
}

void proxy_state::route(core::from_node& message) {
  if (debug_is_on())
    digest_.on_incoming(message.content);
  const auto parts = core::parts_for(message.content);
  if (parts.membership)
    parts_.membership->on_retire(message, step_.fx()); // `flush` is under way and goes on
  if (const auto* batch = std::get_if<result_batch>(&message.content)) {
    results_seen seen{message.ledger, {}};
    for (const auto& item : batch->results)
      seen.attempts.push_back({item.job, item.result.assigned});
    self_->send(parts_.dispatcher, std::move(seen));
  }
  if (parts.dispatch) {
    if (!parts.relay) // a submit_batch may be large
      return self_->send(parts_.dispatcher, std::move(message));
    self_->send(parts_.dispatcher, message);
  }
  if (parts.relay || parts.router)
    self_->send(parts_.collector, std::move(message));
}

proxy_service::behavior_type proxy(proxy_state::pointer self, proxy_parts parts) {
  auto* state = &self->state;
  state->start(self, std::move(parts));
  return {
      [state](const join& request, const node_actor& peer) { state->on_join(request, peer); },
      [state](const load_report& report) { state->on_load_report(report); },
      from_link<inventory>(state),
      from_link<submit_batch>(state),
      from_link<release_batch>(state),
      from_link<cancel_batch>(state),
      from_link<verdict_batch>(state),
      from_link<grant_batch>(state),
      from_link<result_batch>(state),
      from_link<result_ack>(state),
      from_link<audit>(state),
      from_link<locate>(state),
      from_link<query>(state),
      from_link<answer>(state),
      from_link<abandon>(state),
      from_link<text_part>(state),
      from_link<drain>(state),
      from_link<leave>(state),
      [state](const hosting_request& request) { return state->on_hosting(request); },
      [](alive_atom) { return alive_atom::value; },
      [state](const committed& news) { state->on_committed(news); },
      [](const loaded&) {},
      [state](std::vector<core::to_node>& messages) { state->on_outgoing(messages); },
      [state](tick_atom) { state->on_tick(); },
      [](flush_atom) {},
      [state](stop_atom) { state->on_stop(); },
  };
}

} // namespace evenkeel
