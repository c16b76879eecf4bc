#include "bench/instructions/proxy_side.hpp"

#include "actors/core/routing.hpp"
#include "messages/overloaded.hpp"

#include <stdexcept>
#include <utility>

namespace evenkeel::bench {

namespace {

constexpr std::uint64_t nonce = 0xc2b2ae3d27d4eb4f;
constexpr std::uint64_t channel = 1;
constexpr std::int64_t tick_us = 50'000;
constexpr std::int64_t ticks_until_settled = 300; // longer than the grace

cluster_settings settings_of(bool home_calls) {
  cluster_settings settings;
  settings.home_call_us = home_calls ? 1'000 : 0;
  return settings;
}

} // namespace

proxy_side::proxy_side(surroundings& world, wire& link_wire, const std::string& directory,
                       bool home_calls)
    : world_{&world}, wire_{&link_wire}, disk_{world, directory},
      membership_{{settings_of(home_calls), 0}, nonce}, queue_{core::dispatch_settings{}},
      relay_{cluster_settings{}} {
  membership_.on_start(world_->now, membership_step_.fx);
  run_membership();
  for (auto i = ticks_until_settled; i > 0; --i) {
    world_->now.steady_us += tick_us;
    world_->now.wall_ms += tick_us / core::us_per_ms;
    membership_.on_tick(world_->now, membership_step_.fx);
    queue_.on_tick(world_->now, queue_step_.fx);
    run_membership();
    run_queue();
  }
}

welcome proxy_side::on_join(const join& request) {
  membership_.on_join(channel, request, world_->now, membership_step_.fx);
  run_membership();
  work();
  return welcomes_.at(0);
}

// -- the link
// -------------------------------------------------------------------------------------

void proxy_side::receive(const std::vector<packet>& packets) {
  for (const auto& one : packets)
    wire_->read<node_message>(one, [&](const link_header& header, node_message content) {
      membership_.on_message(channel, header, std::move(content), world_->now, membership_step_.fx);
      run_membership();
    });
}

std::vector<packet> proxy_side::send() {
  for (auto& message : std::exchange(outgoing_, {}))
    membership_.on_outgoing(std::move(message), membership_step_.fx);
  run_membership();
  return std::exchange(packets_, {});
}

void proxy_side::run_membership() {
  const auto now = world_->now;
  for (auto& output : settle(membership_step_, now, disk_))
    std::visit(
        overloaded{
            [&](core::send_welcome& x) { welcomes_.push_back(std::move(x.content)); },
            [](core::send_refusal& x) { throw std::logic_error("refused: " + x.content.text); },
            [&](core::send_message& x) {
              packets_.push_back(wire_->write(x.header, std::move(x.content)));
            },
            [&](core::node_up& x) {
              queue_.on_node_up(x, now, queue_step_.fx);
              relay_.on_node_up(x, now, relay_step_.fx);
            },
            [](core::node_down&) { throw std::logic_error("the node is down"); },
            [&](core::from_node& x) { inbox_.push_back(std::move(x)); },
            [&](core::epoch_begun& x) { queue_.on_epoch(x.current, x.wiped, now, queue_step_.fx); },
            [](core::ledger_retired&) { throw std::logic_error("nothing is retired here"); },
            [](core::note&) {},
        },
        output);
}

// -- dispatcher and result collector
// --------------------------------------------------------------

void proxy_side::work() {
  for (const auto& message : std::exchange(inbox_, {}))
    route(message);
  run_queue();
  run_relay();
}

void proxy_side::route(const core::from_node& message) {
  const auto parts = core::parts_for(message.content);
  if (const auto* batch = std::get_if<result_batch>(&message.content)) {
    std::vector<attempt_ref> seen;
    for (const auto& item : batch->results)
      seen.push_back({item.job, item.result.assigned});
    queue_.on_results(message.ledger, seen, world_->now, queue_step_.fx);
  }
  if (parts.dispatch)
    queue_.on_message(message, world_->now, queue_step_.fx);
  if (parts.relay)
    relay_.on_message(message, world_->now, relay_step_.fx);
}

void proxy_side::run_queue() {
  queue_.flush(world_->now, queue_step_.fx);
  for (auto& output : settle(queue_step_, world_->now, disk_))
    if (auto* message = std::get_if<core::to_node>(&output))
      outgoing_.push_back(std::move(*message));
    else if (!std::holds_alternative<core::note>(output))
      throw std::logic_error("the executor is given up, or results have a period");
}

void proxy_side::run_relay() {
  relay_.flush(world_->now, relay_step_.fx);
  for (auto& output : settle(relay_step_, world_->now, disk_))
    if (auto* message = std::get_if<core::to_node>(&output))
      outgoing_.push_back(std::move(*message));
    else if (!std::holds_alternative<core::note>(output))
      throw std::logic_error("results are gone, or read");
}

} // namespace evenkeel::bench
