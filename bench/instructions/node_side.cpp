#include "bench/instructions/node_side.hpp"

#include "actors/core/routing.hpp"
#include "messages/overloaded.hpp"

#include <stdexcept>
#include <utility>

namespace evenkeel::bench {

namespace {

constexpr ledger_id own_ledger{0x0123456789abcdef, 0xfedcba9876543210};
constexpr std::uint64_t nonce = 0x9e3779b97f4a7c15;

core::link_settings link_settings_of(std::uint32_t slots,
                                     const jobs::function_registry& functions) {
  core::link_settings mine;
  mine.name = "a";
  mine.address = "127.0.0.1:9000";
  mine.slots = slots;
  mine.functions = functions.names();
  return mine;
}

core::executor_settings executor_settings_of(std::uint32_t slots, const core::node_link& link,
                                             const jobs::function_registry& functions) {
  core::executor_settings mine;
  mine.node = "a";
  mine.process = link.process();
  mine.slots = slots;
  mine.functions = functions.names();
  return mine;
}

} // namespace

node_side::node_side(surroundings& world, wire& link_wire, const std::string& directory,
                     std::uint32_t slots)
    : world_{&world}, wire_{&link_wire}, disk_{world, directory}, link_{link_settings_of(
                                                                            slots, functions_),
                                                                        own_ledger, nonce},
      ledger_{{}, {"a", functions_.names()}}, executor_{{}} {
  link_.on_start(world_->now, link_step_.fx);
  executor_ = core::executor_queue{executor_settings_of(slots, link_, functions_)};
}

join node_side::hello() {
  run_link();
  link_.on_connected(world_->now, link_step_.fx);
  run_link();
  return joins_.at(0);
}

void node_side::on_welcome(const welcome& content) {
  link_.on_welcome(content, world_->now, link_step_.fx);
  run_link();
  work();
}

// -- the ledger
// -----------------------------------------------------------------------------------

void node_side::on_request(const core::requester& from, const client_request& request) {
  if (core::for_other_nodes(request, ledger_.code()))
    throw std::logic_error("a request for another node");
  ledger_.on_request(from, request, world_->now, ledger_step_.fx);
}

void node_side::flush_ledger() {
  ledger_.flush(world_->now, ledger_step_.fx);
}

void node_side::commit_ledger() {
  for (auto& output : settle(ledger_step_, world_->now, disk_))
    std::visit(overloaded{
                   [&](core::reply& x) { replies_.push_back(std::move(x)); },
                   [&](core::to_proxy& x) { outgoing_.push_back(std::move(x)); },
                   [&](core::run_home_calls& x) { wanted_calls_ = std::move(x); },
                   [](core::load_record&) { throw std::logic_error("nothing is read here"); },
                   [](core::note&) {},
               },
               output);
}

// -- the link
// -------------------------------------------------------------------------------------

void node_side::receive(const std::vector<packet>& packets) {
  for (const auto& one : packets)
    wire_->read<proxy_message>(one, [&](const link_header& header, proxy_message content) {
      link_.on_message(header, std::move(content), world_->now, link_step_.fx);
      run_link();
    });
}

std::vector<packet> node_side::send() {
  for (auto& message : std::exchange(outgoing_, {}))
    link_.on_outgoing(std::move(message), link_step_.fx);
  run_link();
  return std::exchange(packets_, {});
}

void node_side::run_link() {
  for (auto& output : settle(link_step_, world_->now, disk_))
    std::visit(overloaded{
                   [](core::connect_now&) {},
                   [](core::disconnect_now&) { throw std::logic_error("the link has ended"); },
                   [&](core::send_join& x) { joins_.push_back(std::move(x.content)); },
                   [&](core::send_link_message& x) {
                     packets_.push_back(wire_->write(x.header, std::move(x.content)));
                   },
                   [&](core::link_up& x) {
                     ledger_.on_identity(link_.ledger(), x.code);
                     ledger_.on_link_up(x.link, x.settings, world_->now, ledger_step_.fx);
                     executor_.on_link_up(x.link, x.settings, world_->now, executor_step_.fx);
                   },
                   [](core::link_down&) { throw std::logic_error("the link is down"); },
                   [&](core::from_proxy& x) { inbox_.push_back(std::move(x.content)); },
                   [](core::note&) {},
               },
               output);
}

// -- both parts
// -----------------------------------------------------------------------------------

void node_side::work() {
  for (const auto& message : std::exchange(inbox_, {}))
    route(message);
  flush_ledger();
  commit_ledger();
  run_executor();
  while (!starts_.empty()) {
    run_calls();
    run_executor();
  }
}

void node_side::route(const proxy_message& content) {
  const auto parts = core::parts_for(content);
  if (parts.ledger)
    ledger_.on_message(content, world_->now, ledger_step_.fx);
  if (parts.executor)
    executor_.on_message(content, world_->now, executor_step_.fx);
}

void node_side::run_executor() {
  executor_.flush(world_->now, executor_step_.fx);
  for (auto& output : settle(executor_step_, world_->now, disk_))
    std::visit(overloaded{
                   [&](core::to_proxy& x) { outgoing_.push_back(std::move(x)); },
                   [&](core::start_job& x) { starts_.push_back(std::move(x)); },
                   [](core::stop_job&) { throw std::logic_error("nothing is stopped here"); },
                   [](core::withdraw_job&) { throw std::logic_error("nothing is recalled here"); },
                   [&](core::start_home_call& x) { calls_.push_back(std::move(x.call)); },
                   [](core::withdraw_home_call&) { throw std::logic_error("none waits here"); },
                   [&](core::home_call_news& x) { news_ = std::move(x); },
                   [](core::load_record&) { throw std::logic_error("nothing is read here"); },
                   [](core::note&) {},
               },
               output);
}

void node_side::run_calls() {
  for (const auto& order : std::exchange(starts_, {})) {
    core::run_end end;
    end.started_ms = world_->now.wall_ms;
    end.out = functions_.find(order.spec.text)(order.spec.body);
    executor_.on_ended(order.what, std::move(end), world_->now, executor_step_.fx);
  }
}

void node_side::run_home_calls() {
  commit_ledger(); // nothing is to be written: what is said at once is there now
  executor_.on_home_calls(std::exchange(wanted_calls_, {}), world_->now, executor_step_.fx);
  run_executor();
  for (const auto& call : std::exchange(calls_, {})) {
    core::run_end end;
    end.started_ms = end.ended_ms = world_->now.wall_ms;
    end.out = functions_.find(call.function)(call.arguments);
    executor_.on_home_call_ended(call.number, 1, std::move(end), world_->now, executor_step_.fx);
  }
  run_executor();
}

void node_side::end_home_calls() {
  ledger_.on_home_calls(std::exchange(news_, {}), world_->now, ledger_step_.fx);
  flush_ledger();
}

} // namespace evenkeel::bench
