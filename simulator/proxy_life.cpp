#include "simulator/proxy_life.hpp"

#include "actors/core/routing.hpp"
#include "messages/overloaded.hpp"
#include "persistence/recovery.hpp"

#include <utility>

namespace evenkeel::simulator {

namespace {

constexpr std::int64_t tick_us = 50'000;
constexpr std::int64_t collector_tick_us = 100'000;

} // namespace

// -- start-up: as start_proxy
// -----------------------------------------------------------------------

proxy_life::proxy_life(surroundings& world, process& owner, dice& luck,
                       const proxy_settings& settings,
                       const std::shared_ptr<persistence::memory_disk>& disk)
    : world_{&world}, owner_{&owner}, settings_{settings}, proxy_box_{owner, settings.hop_us},
      dispatcher_box_{owner, settings.hop_us}, collector_box_{owner, settings.hop_us} {
  if (!recover(disk, luck))
    problem_ = problem_.empty() ? "it cannot start" : problem_;
}

bool proxy_life::recover(const std::shared_ptr<persistence::memory_disk>& disk, dice& luck) {
  auto opened = persistence::open_memory_store(disk);
  if (!opened.state.ok()) {
    problem_ = opened.state.text;
    return false;
  }
  const auto& cluster = settings_.dispatch.cluster;
  membership_ =
      std::make_unique<core::membership>(core::membership_settings{cluster, 0}, luck.bits());
  queue_ = std::make_unique<core::dispatch_queue>(settings_.dispatch);
  relay_ = std::make_unique<core::result_relay>(cluster, settings_.relay);
  router_ = std::make_unique<core::query_router>();
  persistence::open_report report;
  const auto state = persistence::recover(
      *opened.opened,
      [&](record::value&& content) {
        membership_->recover(content);
        relay_->recover(content);
        router_->recover(content);
        queue_->recover(content);
      },
      report);
  if (!state.ok()) {
    problem_ = state.text;
    return false;
  }
  store_ = std::make_unique<virtual_store>(
      *owner_, luck, *settings_.pace, std::move(opened.opened),
      [this](const std::string& why) { world_->proxy_failed(why); });
  return true;
}

void proxy_life::start() {
  proxy_box_.post([this] {
    membership_->on_start(owner_->now(), membership_step_.fx);
    run_membership();
    tick();
  });
  dispatcher_box_.post([this] { dispatcher_tick(); });
  collector_box_.post([this] { collector_tick(); });
}

// -- the network
// ------------------------------------------------------------------------------------

std::uint64_t proxy_life::channel_of(const peer& from) const {
  const auto found = channels_.find(from);
  return found == channels_.end() ? 0 : found->second;
}

void proxy_life::send(std::uint64_t channel, node_packet content) {
  const auto found = peers_.find(channel);
  if (found != peers_.end())
    world_->send_to_node(found->second, std::move(content));
}

void proxy_life::on_packet(const peer& from, proxy_packet content) {
  proxy_box_.post([this, from, content = std::move(content)]() mutable {
    std::visit(overloaded{
                   [&](const join& x) {
                     const auto [channel, fresh] = channels_.try_emplace(from, next_channel_);
                     if (fresh)
                       peers_[next_channel_++] = from;
                     membership_->on_join(channel->second, x, owner_->now(), membership_step_.fx);
                   },
                   [&](const load_report& x) { on_load_report(from, x); },
                   [&](framed_for_proxy& x) {
                     membership_->on_message(channel_of(from), x.header, std::move(x.content),
                                             owner_->now(), membership_step_.fx);
                   },
               },
               content);
    run_membership();
  });
}

/// Answered at once: heartbeats do not wait for commits (R9).
void proxy_life::on_load_report(const peer& from, const load_report& report) {
  const auto channel = channel_of(from);
  if (channel == 0)
    return;
  const auto answer = membership_->on_load_report(channel, report, owner_->now());
  if (!answer.fits)
    return send(channel, answer.rejection);
  send(channel, answer.echo);
  tell_queue([answer, report](auto& queue, auto now, auto&) {
    queue.on_load_report(answer.ledger, report, now);
  });
}

void proxy_life::on_disconnected(const peer& from) {
  proxy_box_.post([this, from] {
    const auto found = channels_.find(from);
    if (found == channels_.end())
      return;
    const auto channel = found->second;
    channels_.erase(found);
    peers_.erase(channel);
    membership_->on_channel_down(channel, owner_->now(), membership_step_.fx);
    run_membership();
  });
}

void proxy_life::run_membership() {
  for (auto outputs = commit_and_take(membership_step_, owner_->now(), *store_, proxy_box_,
                                      [this] { run_membership(); });
       !outputs.empty(); outputs = commit_and_take(membership_step_, owner_->now(), *store_,
                                                   proxy_box_, [this] { run_membership(); }))
    for (auto& output : outputs)
      run_membership_output(output);
}

void proxy_life::run_membership_output(core::membership_output& output) {
  std::visit(
      overloaded{
          [&](core::send_welcome& x) { send(x.channel, std::move(x.content)); },
          [&](core::send_refusal& x) { send(x.channel, std::move(x.content)); },
          [&](core::send_message& x) {
            send(x.channel, framed_for_node{x.header, std::move(x.content)});
          },
          [&](core::node_up& x) {
            tell_queue([x](auto& queue, auto now, auto& fx) { queue.on_node_up(x, now, fx); });
            tell_relay([x](auto& relay, auto now, auto& fx) { relay.on_node_up(x, now, fx); });
            tell_router([x](auto& router, auto now, auto& fx) { router.on_node_up(x, now, fx); });
          },
          [&](core::node_down& x) {
            world_->link_ended(x.ledger);
            tell_queue([x](auto& queue, auto now, auto& fx) { queue.on_node_down(x, now, fx); });
            tell_relay([x](auto& relay, auto now, auto& fx) { relay.on_node_down(x, now, fx); });
            tell_router([x](auto& router, auto now, auto& fx) { router.on_node_down(x, now, fx); });
          },
          [&](core::from_node& x) { route(x); },
          [&](core::epoch_begun& x) {
            tell_queue([x](auto& queue, auto now, auto& fx) {
              queue.on_epoch(x.current, x.wiped, now, fx);
            });
          },
          [&](core::ledger_retired& x) {
            tell_queue(
                [x](auto& queue, auto now, auto& fx) { queue.on_retired(x.ledger, now, fx); });
            tell_relay([x](auto& relay, auto, auto& fx) { relay.on_retired(x.ledger, fx); });
            tell_router([x](auto& router, auto, auto&) { router.on_retired(x.ledger); });
          },
          [&](core::note& x) { log(x); },
      },
      output);
}

void proxy_life::route(const core::from_node& message) {
  const auto parts = core::parts_for(message.content);
  if (parts.membership)
    membership_->on_retire(message, membership_step_.fx);
  if (const auto* batch = std::get_if<result_batch>(&message.content)) {
    std::vector<attempt_ref> seen;
    for (const auto& item : batch->results)
      seen.push_back({item.job, item.result.assigned});
    tell_queue([from = message.ledger, seen](auto& queue, auto now, auto& fx) {
      queue.on_results(from, seen, now, fx);
    });
  }
  if (parts.dispatch)
    tell_queue([message](auto& queue, auto now, auto& fx) { queue.on_message(message, now, fx); });
  if (parts.relay)
    tell_relay([message](auto& relay, auto now, auto& fx) { relay.on_message(message, now, fx); });
  if (parts.router)
    tell_router(
        [message](auto& router, auto now, auto& fx) { router.on_message(message, now, fx); });
}

void proxy_life::send_out(std::vector<core::to_node> messages) {
  if (messages.empty())
    return;
  proxy_box_.post([this, messages = std::move(messages)]() mutable {
    for (auto& message : messages)
      membership_->on_outgoing(std::move(message), membership_step_.fx);
    run_membership();
  });
}

// -- the dispatcher
// -----------------------------------------------------------------------------------

void proxy_life::schedule_queue_flush() {
  if (!std::exchange(queue_flush_scheduled_, true))
    dispatcher_box_.post([this] {
      queue_flush_scheduled_ = false;
      measure([&] { queue_->flush(owner_->now(), queue_step_.fx); });
      run_queue();
    });
}

void proxy_life::run_queue() {
  std::vector<core::to_node> outgoing;
  for (auto& output : commit_and_take(queue_step_, owner_->now(), *store_, dispatcher_box_,
                                      [this] { run_queue(); }))
    std::visit(overloaded{
                   [&](core::to_node& x) {
                     if (const auto* batch = std::get_if<assign_batch>(&x.content))
                       for (const auto& job : batch->jobs)
                         world_->assigned(job.what);
                     outgoing.push_back(std::move(x));
                   },
                   [&](core::executor_given_up& x) {
                     tell_relay([x](auto& relay, auto, auto& fx) {
                       relay.on_executor_given_up(x.executor, fx);
                     });
                   },
                   [&](core::result_period& x) {
                     tell_relay([x](auto& relay, auto now, auto& fx) {
                       relay.on_result_period(x.executor, x.missing, now, fx);
                     });
                   },
                   [&](core::note& x) { log(x); },
               },
               output);
  send_out(std::move(outgoing));
}

// -- the result collector
// -----------------------------------------------------------------------------

void proxy_life::schedule_relay_flush() {
  if (!std::exchange(relay_flush_scheduled_, true))
    collector_box_.post([this] {
      relay_flush_scheduled_ = false;
      relay_->flush(owner_->now(), relay_step_.fx);
      run_relay();
    });
}

void proxy_life::run_relay() {
  std::vector<core::to_node> outgoing;
  for (auto& output : commit_and_take(relay_step_, owner_->now(), *store_, collector_box_,
                                      [this] { run_relay(); }))
    std::visit(
        overloaded{
            [&](core::to_node& x) { outgoing.push_back(std::move(x)); },
            [&](core::results_gone& x) {
              tell_queue([x](auto& queue, auto now, auto& fx) {
                queue.on_results_gone(x.attempts, now, fx);
              });
            },
            [&](core::load_record& x) {
              store_->load(x.where, [this, where = x.where](virtual_store::record_pointer content) {
                tell_relay([where, content = std::move(content)](auto& relay, auto now, auto& fx) {
                  relay.on_loaded(where, content.get(), now, fx);
                });
              });
            },
            [&](core::note& x) { log(x); },
        },
        output);
  send_out(std::move(outgoing));
}

void proxy_life::run_router(core::router_effects& fx) {
  std::vector<core::to_node> outgoing;
  for (auto& output : fx.outputs)
    std::visit(overloaded{
                   [&](core::to_node& x) { outgoing.push_back(std::move(x)); },
                   [&](core::note& x) { log(x); },
               },
               output);
  send_out(std::move(outgoing));
}

// -- time
// -------------------------------------------------------------------------------------------

void proxy_life::tick() {
  membership_->on_tick(owner_->now(), membership_step_.fx);
  run_membership();
  if (auto wrong = settings_.checks ? check_invariants() : std::string{}; !wrong.empty())
    world_->broken("proxy: " + wrong);
  owner_->after(tick_us, [this] { proxy_box_.post([this] { tick(); }); });
}

void proxy_life::dispatcher_tick() {
  measure([&] { queue_->on_tick(owner_->now(), queue_step_.fx); });
  schedule_queue_flush();
  owner_->after(tick_us, [this] { dispatcher_box_.post([this] { dispatcher_tick(); }); });
}

void proxy_life::collector_tick() {
  core::router_effects fx;
  router_->on_tick(owner_->now(), fx);
  run_router(fx);
  owner_->after(collector_tick_us, [this] { collector_box_.post([this] { collector_tick(); }); });
}

std::string proxy_life::check_invariants() const {
  if (auto wrong = membership_->check_invariants(); !wrong.empty())
    return "membership: " + wrong;
  if (auto wrong = queue_->check_invariants(); !wrong.empty())
    return "dispatch queue: " + wrong;
  if (auto wrong = relay_->check_invariants(); !wrong.empty())
    return "result relay: " + wrong;
  return {};
}

} // namespace evenkeel::simulator
