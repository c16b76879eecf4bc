#include "simulator/node_life.hpp"

#include "actors/core/routing.hpp"
#include "messages/overloaded.hpp"
#include "persistence/recovery.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::simulator {

namespace {

constexpr std::int64_t tick_us = 50'000;
constexpr std::int64_t desk_tick_us = 100'000;

} // namespace

// -- start-up: as start_node
// -----------------------------------------------------------------------

node_life::node_life(surroundings& world, process& owner, dice& luck, const node_settings& settings,
                     std::shared_ptr<persistence::memory_disk> disk)
    : world_{&world}, owner_{&owner}, settings_{settings}, disk_{disk}, node_box_{owner,
                                                                                  settings.hop_us},
      executor_box_{owner, settings.hop_us}, desk_box_{owner, settings.hop_us} {
  if (!recover(std::move(disk), luck))
    problem_ = problem_.empty() ? "it cannot start" : problem_;
}

bool node_life::recover(std::shared_ptr<persistence::memory_disk> disk, dice& luck) {
  auto opened = persistence::open_memory_store(disk);
  if (!opened.state.ok()) {
    problem_ = opened.state.text;
    return false;
  }
  core::link_settings mine;
  mine.name = settings_.name;
  mine.slots = settings_.slots;
  mine.functions = settings_.functions;
  link_ = std::make_unique<core::node_link>(mine, settings_.fresh_ledger, luck.bits());
  ledger_ = std::make_unique<core::ticket_ledger>(
      settings_.limits, core::own_executor{settings_.name, settings_.functions});
  std::vector<record::value> held;
  persistence::open_report report;
  const auto state = persistence::recover(
      *opened.opened,
      [&](record::value&& content) {
        link_->recover(content);
        if (std::holds_alternative<record::held_attempt>(content))
          held.push_back(std::move(content));
        else
          ledger_->recover(content);
      },
      report);
  if (!state.ok()) {
    problem_ = state.text;
    return false;
  }
  link_->on_start(owner_->now(), link_step_.fx);
  core::executor_settings executor;
  executor.node = settings_.name;
  executor.process = link_->process();
  executor.slots = settings_.slots;
  executor.functions = settings_.functions;
  executor.held_result_bytes = settings_.held_result_bytes;
  queue_ = std::make_unique<core::executor_queue>(std::move(executor));
  for (const auto& content : held)
    queue_->recover(content);
  store_ = std::make_unique<virtual_store>(
      *owner_, luck, *settings_.pace, std::move(opened.opened),
      [this](const std::string& why) { world_->node_failed(settings_.index, why); });
  return true;
}

void node_life::start() {
  ledger_->on_identity(link_->ledger(), link_->code());
  node_box_.post([this] {
    run_link();
    tick();
  });
  executor_box_.post([this] { executor_tick(); });
  desk_box_.post([this] { desk_tick(); });
}

// -- the network
// ------------------------------------------------------------------------------------

void node_life::on_connected() {
  node_box_.post([this] {
    connected_ = true;
    tell_link([](auto& link, auto now, auto& fx) { link.on_connected(now, fx); });
  });
}

void node_life::on_connect_failed(const std::string& why) {
  node_box_.post([this, why] {
    tell_link([&](auto& link, auto now, auto& fx) { link.on_connect_failed(why, now, fx); });
  });
}

void node_life::on_disconnected() {
  node_box_.post([this] {
    if (std::exchange(connected_, false))
      tell_link([](auto& link, auto now, auto& fx) { link.on_disconnected(now, fx); });
  });
}

void node_life::on_packet(node_packet content) {
  node_box_.post([this, content = std::move(content)]() mutable {
    tell_link([&](auto& link, auto now, auto& fx) {
      std::visit(
          overloaded{
              [&](const welcome& x) { link.on_welcome(x, now, fx); },
              [&](const refusal& x) { link.on_refusal(x, now, fx); },
              [&](const heartbeat& x) { link.on_heartbeat(x, now, fx); },
              [&](framed_for_node& x) { link.on_message(x.header, std::move(x.content), now, fx); },
          },
          content);
    });
    if (std::holds_alternative<refusal>(content))
      open_or_close_intake();
  });
}

void node_life::run_link() {
  for (auto outputs =
           commit_and_take(link_step_, owner_->now(), *store_, node_box_, [this] { run_link(); });
       !outputs.empty(); outputs = commit_and_take(link_step_, owner_->now(), *store_, node_box_,
                                                   [this] { run_link(); }))
    for (auto& output : outputs)
      run_link_output(output);
}

void node_life::run_link_output(core::link_output& output) {
  const auto send = [this](proxy_packet content) {
    if (connected_)
      world_->send_to_proxy(settings_.index, std::move(content));
  };
  std::visit(
      overloaded{
          [&](core::connect_now&) { world_->connect(settings_.index); },
          [&](core::disconnect_now&) { connected_ = false; },
          [&](core::send_join& x) { send(std::move(x.content)); },
          [&](core::send_link_message& x) {
            send(framed_for_proxy{x.header, std::move(x.content)});
          },
          [&](core::link_up& x) {
            tell_ledger([&](auto& ledger, auto now, auto& fx) {
              ledger.on_identity(link_->ledger(), x.code);
              ledger.on_link_up(x.link, x.settings, now, fx);
            });
            tell_executor([x](auto& queue, auto now, auto& fx) {
              queue.on_link_up(x.link, x.settings, now, fx);
            });
            tell_questions(
                [x](auto& desk, auto now, auto& fx) { desk.on_link_up(x.link, now, fx); });
            open_or_close_intake();
          },
          [&](core::link_down&) {
            tell_ledger([](auto& ledger, auto now, auto& fx) { ledger.on_link_down(now, fx); });
            tell_executor([](auto& queue, auto now, auto& fx) { queue.on_link_down(now, fx); });
            tell_questions([](auto& desk, auto now, auto& fx) { desk.on_link_down(now, fx); });
          },
          [&](core::from_proxy& x) { route(x.content); },
          [&](core::note& x) { log(x); },
      },
      output);
}

void node_life::route(const proxy_message& content) {
  const auto parts = core::parts_for(content);
  if (parts.ledger)
    tell_ledger([&](auto& ledger, auto now, auto& fx) { ledger.on_message(content, now, fx); });
  if (parts.questions)
    tell_questions(
        [content](auto& desk, auto now, auto& fx) { desk.on_message(content, now, fx); });
  else if (parts.executor)
    tell_executor(
        [content](auto& queue, auto now, auto& fx) { queue.on_message(content, now, fx); });
}

/// Not behind any commit (R9): it carries the commit lag instead.
void node_life::report_load() {
  load_report report;
  const auto now = owner_->now();
  if (!connected_ || !link_->report_due(now, report))
    return;
  report.queued = queued_;
  report.running = running_;
  report.done = done_;
  report.home_calls = long_home_calls_;
  report.home_calls_done = home_calls_done_;
  report.slots = settings_.slots;
  report.commit_lag_ms =
      std::max({ledger_step_.lag_ms(now), link_step_.lag_ms(now), executor_step_.lag_ms(now)});
  world_->send_to_proxy(settings_.index, report);
}

// -- clients and the ledger
// -------------------------------------------------------------------------

void node_life::on_request(std::uint64_t session, std::uint64_t number, client_request request) {
  node_box_.post(
      [this, from = core::requester{false, session, number}, request = std::move(request)] {
        if (core::for_other_nodes(request, ledger_->code()))
          tell_questions([from, request](auto& desk, auto now, auto& fx) {
            desk.on_request(from, request, now, fx);
          });
        else
          tell_ledger(
              [&](auto& ledger, auto now, auto& fx) { ledger.on_request(from, request, now, fx); });
      });
}

void node_life::on_session_closed(std::uint64_t session) {
  node_box_.post([this, session] {
    ledger_->on_session_closed(session);
    tell_questions([session](auto& desk, auto, auto& fx) { desk.on_session_closed(session, fx); });
  });
}

void node_life::schedule_ledger_flush() {
  if (!std::exchange(ledger_flush_scheduled_, true))
    node_box_.post([this] {
      ledger_flush_scheduled_ = false;
      ledger_->flush(owner_->now(), ledger_step_.fx);
      run_ledger();
      leave_when_done();
    });
}

void node_life::run_ledger() {
  for (auto& output : commit_and_take(ledger_step_, owner_->now(), *store_, node_box_, [this] {
         run_ledger();
         leave_when_done();
       }))
    std::visit(overloaded{
                   [&](core::reply& x) { world_->reply(settings_.index, x); },
                   [&](core::to_proxy& x) { link_->on_outgoing(std::move(x), link_step_.fx); },
                   [&](core::run_home_calls& x) {
                     tell_executor([x = std::move(x)](auto& queue, auto now, auto& fx) mutable {
                       queue.on_home_calls(std::move(x), now, fx);
                     });
                   },
                   [&](core::load_record& x) {
                     store_->load(x.where,
                                  [this, where = x.where](virtual_store::record_pointer content) {
                                    node_box_.post([this, where, content = std::move(content)] {
                                      tell_ledger([&](auto& ledger, auto now, auto& fx) {
                                        ledger.on_loaded(where, content.get(), now, fx);
                                      });
                                    });
                                  });
                   },
                   [&](core::note& x) { log(x); },
               },
               output);
  run_link();
}

// -- questions
// --------------------------------------------------------------------------------------

void node_life::run_desk(core::desk_effects& fx) {
  std::vector<core::to_proxy> outgoing;
  std::vector<core::reply> replies;
  for (auto& output : fx.outputs)
    std::visit(overloaded{
                   [&](core::to_proxy& x) { outgoing.push_back(std::move(x)); },
                   [&](core::reply& x) { replies.push_back(std::move(x)); },
                   [&](core::note& x) { log(x); },
               },
               output);
  if (outgoing.empty() && replies.empty())
    return;
  node_box_.post([this, outgoing = std::move(outgoing), replies = std::move(replies)]() mutable {
    for (auto& message : outgoing)
      link_->on_outgoing(std::move(message), link_step_.fx);
    run_link();
    for (const auto& one : replies)
      world_->reply(settings_.index, one);
  });
}

// -- time and end
// -----------------------------------------------------------------------------------

void node_life::tick() {
  tell_link([](auto& link, auto now, auto& fx) { link.on_tick(now, fx); });
  tell_ledger([](auto& ledger, auto now, auto& fx) { ledger.on_tick(now, fx); });
  report_load();
  watch_disk();
  if (auto wrong = settings_.checks ? check_invariants() : std::string{}; !wrong.empty())
    world_->broken(settings_.name + ": " + wrong);
  owner_->after(tick_us, [this] { node_box_.post([this] { tick(); }); });
}

void node_life::desk_tick() {
  tell_questions([](auto& desk, auto now, auto& fx) { desk.on_tick(now, fx); });
  owner_->after(desk_tick_us, [this] { desk_box_.post([this] { desk_tick(); }); });
}

/// Below the reserve, submissions are refused before anything fails (R13).
void node_life::watch_disk() {
  const bool low = disk_->free_bytes() < settings_.disk_reserve_bytes;
  if (low != std::exchange(disk_is_low_, low))
    open_or_close_intake();
}

void node_life::open_or_close_intake() {
  if (stopping_)
    ledger_->refuse_submissions(errc::unavailable, "this node is stopping");
  else if (link_->disowned())
    ledger_->refuse_submissions(errc::unavailable, "the proxy refuses this node");
  else if (disk_is_low_)
    ledger_->refuse_submissions(errc::busy, "the disk of this node is nearly full");
  else
    ledger_->accept_submissions();
}

void node_life::stop() {
  node_box_.post([this] {
    if (std::exchange(stopping_, true))
      return;
    open_or_close_intake();
    tell_ledger([](auto& ledger, auto, auto& fx) { ledger.on_stop(fx); });
    tell_questions([](auto& desk, auto, auto& fx) { desk.on_stop(fx); });
    tell_link([](auto& link, auto, auto& fx) {
      link.on_outgoing(core::to_proxy{link.link(), drain{}}, fx);
    });
    executor_box_.post([this] {
      executor_stopping_ = true;
      queue_->on_shutdown(owner_->now(), executor_step_.fx);
      schedule_executor_flush();
    });
  });
}

void node_life::leave_when_done() {
  if (!executor_stopped_ || ledger_step_.pending() || ledger_flush_scheduled_
      || std::exchange(left_, true))
    return;
  tell_link([](auto& link, auto now, auto& fx) { link.on_shutdown(now, fx); });
  world_->stopped(settings_.index);
}

std::string node_life::check_invariants() const {
  if (auto wrong = ledger_->check_invariants(); !wrong.empty())
    return "ledger: " + wrong;
  if (auto wrong = queue_->check_invariants(); !wrong.empty())
    return "executor: " + wrong;
  return {};
}

} // namespace evenkeel::simulator
