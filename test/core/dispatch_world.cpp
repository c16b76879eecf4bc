#include "dispatch_world.hpp"

#include "messages/overloaded.hpp"

#include <algorithm>

namespace evenkeel::core::dispatch_test {

namespace {

std::uint64_t number_of(const ledger_id& id) {
  return id.low;
}

} // namespace

world::world(dispatch_settings with, std::uint64_t seed)
    : random{seed}, settings{std::move(with)}, queue{settings} {
  start_proxy(true);
  after(50 * us_per_ms, [this] { tick(); });
}

void world::pass(std::int64_t to_us) {
  now.wall_ms += to_us / us_per_ms - now.steady_us / us_per_ms;
  now.steady_us = to_us;
}

void world::tick() {
  step([&](auto& fx) { queue.on_tick(now, fx); });
  after(50 * us_per_ms, [this] { tick(); });
}

void world::complain(std::string what) {
  if (problem.empty() && !what.empty())
    problem = std::move(what);
}

// -- the proxy

void world::start_proxy(bool wiped) {
  queue = dispatch_queue{settings};
  for (const auto& [key, value] : disk)
    queue.recover(value);
  ++current.counter;
  step([&](auto& fx) { queue.on_epoch(current, wiped, now, fx); });
}

void world::restart_proxy(bool wiped) {
  for (auto& [n, node] : nodes)
    node.link = 0;
  relay_.clear();
  if (wiped)
    disk.clear();
  start_proxy(wiped);
}

void world::finish_step(dispatch_effects& fx) {
  for (auto& change : fx.changes) {
    if (change.content)
      disk.insert_or_assign(change.where, std::move(*change.content));
    else
      disk.erase(change.where);
  }
  for (auto& output : fx.outputs)
    perform(output);
  if (check_always)
    complain(queue.check_invariants());
  observe();
}

void world::perform(dispatch_output& output) {
  if (auto* sent = std::get_if<to_node>(&output)) {
    on_sent(*sent);
    const auto n = number_of(sent->ledger);
    after(one_way_us, [this, n, link = sent->link, content = std::move(sent->content)] {
      if (nodes.at(n).link == link)
        deliver(n, content);
    });
  } else if (const auto* given_up = std::get_if<executor_given_up>(&output)) {
    after(0, [this, n = number_of(given_up->executor)] { on_given_up(n); });
  }
}

// -- nodes

void world::add(std::uint64_t n, std::uint32_t slots, std::vector<std::string> functions) {
  auto& node = nodes[n];
  node.slots = slots;
  node.functions = std::move(functions);
  node.process = {1, n};
}

void world::link_up(std::uint64_t n) {
  auto& node = nodes.at(n);
  if (node.up())
    return;
  node.link = ++last_link_;
  const auto name = "node" + std::to_string(n);
  disk.insert_or_assign(record::key{record::kind::member, {ledger(n), 0}, {}},
                        record::member{ledger(n), "code", name, node.process, node.slots, ""});
  const node_up up{ledger(n), node.link, node.process, node.slots,
                   "code",    name,      "",           node.functions};
  step([&](auto& fx) { queue.on_node_up(up, now, fx); });
  load_report report;
  report.round_trip_us = static_cast<std::uint64_t>(2 * one_way_us);
  queue.on_load_report(ledger(n), report, now);
  start_ready(n);
  say_inventory(n);
  for (const auto& [what, item] : node.held)
    if (item.state == held_state::finished)
      offer(n, what);
  relay_link_up(n);
}

void world::link_down(std::uint64_t n, bool clean) {
  auto& node = nodes.at(n);
  const auto link = std::exchange(node.link, 0);
  ++node.absences;
  if (link != 0)
    step([&](auto& fx) { queue.on_node_down({ledger(n), link, clean}, now, fx); });
}

void world::crash(std::uint64_t n, bool power_cut) {
  link_down(n);
  auto& node = nodes.at(n);
  ++node.process.counter;
  node.running = 0;
  node.running_alone = false;
  node.line.clear();
  std::erase_if(node.held, [&](const auto&) { return power_cut && below(4) == 0; });
  for (auto& [what, item] : node.held) {
    if (item.state == held_state::running) {
      item.state = held_state::interrupted;
      item.unasked = true;
    } else if (item.state == held_state::queued && item.what.spec.once) {
      item.state = held_state::interrupted;
    } else if (item.state == held_state::queued) {
      node.line.emplace(item.order, what);
    }
  }
}

void world::leave(std::uint64_t n) {
  link_down(n, true);
  auto& node = nodes.at(n);
  ++node.process.counter;
  node.running = 0;
  node.running_alone = false;
  node.line.clear();
  std::erase_if(node.held,
                [](const auto& item) { return item.second.state != held_state::finished; });
}

// -- mail

void world::tell_proxy(std::uint64_t n, node_message content) {
  const auto link = nodes.at(n).link;
  if (link == 0)
    return;
  after(one_way_us, [this, n, link, content = std::move(content)] {
    if (nodes.at(n).link != link)
      return;
    if (const auto* batch = std::get_if<result_batch>(&content)) {
      for (const auto& x : batch->results)
        on_result(n, {x.job, x.result.assigned});
      return;
    }
    step([&](auto& fx) { queue.on_message({ledger(n), link, content}, now, fx); });
    if (const auto* acks = std::get_if<result_ack>(&content))
      for (const auto& what : acks->attempts)
        on_ack(what);
  });
}

void world::deliver(std::uint64_t n, const proxy_message& content) {
  std::visit(overloaded{
                 [&](const assign_batch& x) {
                   for (const auto& what : x.jobs)
                     on_assign(n, what);
                   start_ready(n);
                 },
                 [&](const recall_batch& x) {
                   for (const auto& what : x.attempts)
                     on_recall(n, what);
                 },
                 [&](const stop_batch& x) {
                   for (const auto& what : x.attempts)
                     let_go(n, what, release_reason::stopped);
                   start_ready(n);
                 },
                 [&](const spec_request& x) { on_wanted(n, x); },
                 [&](const lost_attempt_batch& x) { on_lost(n, x); },
                 [&](const grant_request& x) { on_grants_wanted(n, x); },
                 [](const auto&) {},
             },
             content);
}

std::uint64_t world::open_jobs() const {
  std::uint64_t open = 0;
  for (const auto& [n, node] : nodes)
    open += node.open;
  return open;
}

std::size_t world::held_anywhere() const {
  std::size_t all = 0;
  for (const auto& [n, node] : nodes)
    all += node.held.size();
  return all;
}

} // namespace evenkeel::core::dispatch_test
