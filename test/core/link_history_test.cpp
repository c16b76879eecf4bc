// A membership and several node_links over a network that loses, doubles and delays, with slow
// disks and processes that are killed. One seed makes one history. Whatever happens: a link's
// messages are delivered in order, without gaps or copies, and only while that link stands; and
// after the faults end, every node is linked. To replay a failure, put its seed into the loop at
// the end of this file.
#include "actors/core/commit_gate.hpp"
#include "actors/core/membership.hpp"
#include "actors/core/node_link.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>

using namespace evenkeel;
using namespace evenkeel::core;

namespace {

constexpr std::size_t node_count = 4;
constexpr std::int64_t tick_us = 50 * us_per_ms;

/// Runs a process's outputs after its commits; what is not committed dies with the process.
template <class Output>
struct disk_and_gate {
  std::map<record::key, record::value> disk;
  commit_gate<Output> gate;
  std::int64_t last_commit_us = 0;
  std::uint64_t life = 0;
};

/// One end of a link as the cores behind it see it: what they sent, and what they got in order.
struct link_user {
  std::uint64_t link = 0; ///< 0: down
  std::uint64_t old_link = 0;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t received_ever = 0;

  void up(std::uint64_t number) {
    CHECK(link == 0);
    *this = {number, old_link, 0, 0, received_ever};
  }
  void down(std::uint64_t number) {
    CHECK(link == number);
    old_link = std::exchange(link, 0);
  }
  void got(std::uint64_t over, std::uint64_t tagged, std::uint64_t serial) {
    CHECK(over == link);
    CHECK(tagged == link);
    CHECK(serial == ++received);
    ++received_ever;
  }
};

struct node_process : disk_and_gate<link_output> {
  ledger_id ledger;
  std::unique_ptr<node_link> core;
  std::uint64_t channel = 0;                     ///< 0: not connected
  link_user user;                                ///< at the node
  link_user at_proxy;                            ///< its counterpart at the proxy
  std::map<std::uint64_t, std::uint64_t> obeyed; ///< epoch counter -> nonce
};

class history {
public:
  explicit history(std::uint64_t seed) : random_(seed) {
    start_proxy();
    for (std::size_t i = 0; i < node_count; ++i) {
      nodes_[i].ledger = {i + 1, random_()};
      start_node(i);
    }
    at(tick_us, [this] { tick(); });
  }

  void run(std::int64_t ms, bool faulty) {
    faulty_ = faulty;
    const auto end_us = now_us_ + ms * us_per_ms;
    while (!events_.empty() && events_.begin()->first.first <= end_us) {
      auto event = events_.extract(events_.begin());
      now_us_ = event.key().first;
      event.mapped()();
    }
    now_us_ = end_us;
  }

  void check_healed() {
    CHECK(proxy_->live_nodes() == node_count);
    for (auto& node : nodes_) {
      CHECK(node.core->up());
      CHECK(node.user.link == node.core->link());
      CHECK(node.at_proxy.link == node.core->link());
    }
  }
  [[nodiscard]] std::uint64_t least_received() const {
    auto least = ~std::uint64_t{0};
    for (const auto& node : nodes_)
      least = std::min({least, node.user.received_ever, node.at_proxy.received_ever});
    return least;
  }

private:
  [[nodiscard]] instant now() const { return {now_us_, now_us_ / us_per_ms}; }
  [[nodiscard]] bool chance(std::uint64_t in_thousand) {
    return faulty_ && random_() % 1000 < in_thousand;
  }
  void at(std::int64_t in_us, std::function<void()> event) {
    events_.emplace(std::pair{now_us_ + in_us, ++event_number_}, std::move(event));
  }
  /// Over the network.
  void carry(const std::function<void()>& deliver) {
    for (int copies = chance(30) ? 2 : 1; copies > 0; --copies)
      if (!chance(5)) {
        const bool late = chance(20);
        at(late ? static_cast<std::int64_t>(random_() % 4'000'000) : us_per_ms, deliver);
      }
  }

  // -- processes ----------------------------------------------------------------------------------
  template <class Owner, class Output, class Run>
  void settle(Owner& owner, effects<Output>& fx, Run run) {
    const auto number = owner.gate.accept(fx);
    if (number > 0) {
      const auto lag_us = faulty_ ? static_cast<std::int64_t>(random_() % 60'000) : us_per_ms;
      owner.last_commit_us = std::max(owner.last_commit_us + 1, now_us_ + lag_us);
      at(owner.last_commit_us - now_us_,
         [&owner, number, run, changes = fx.changes, life = owner.life] {
           if (life != owner.life)
             return;
           for (const auto& change : changes)
             owner.disk.insert_or_assign(change.where, change.content.value());
           owner.gate.committed(number);
           for (auto& output : owner.gate.take())
             run(output);
         });
    }
    for (auto& output : owner.gate.take())
      run(output);
  }
  template <class Owner>
  void forget(Owner& owner) {
    ++owner.life;
    owner.gate = {};
    owner.last_commit_us = now_us_;
  }

  template <class Input>
  void proxy_step(Input input) {
    membership_effects fx;
    input(fx);
    CHECK(proxy_->check_invariants() == "");
    settle(proxy_disk_, fx, [this](membership_output& output) {
      std::visit([this](auto& x) { proxy_says(x); }, output);
    });
  }
  template <class Input>
  void node_step(std::size_t i, Input input) {
    link_effects fx;
    input(*nodes_[i].core, fx);
    settle(nodes_[i], fx, [this, i](link_output& output) {
      std::visit([this, i](auto& x) { node_says(i, x); }, output);
    });
  }
  void start_proxy() {
    forget(proxy_disk_);
    for (auto& node : nodes_)
      node.at_proxy.link = 0;
    proxy_ = std::make_unique<membership>(membership_settings{}, random_());
    for (const auto& [key, content] : proxy_disk_.disk)
      proxy_->recover(content);
    proxy_step([this](auto& fx) { proxy_->on_start(now(), fx); });
  }
  void start_node(std::size_t i) {
    auto& node = nodes_[i];
    forget(node);
    node.channel = 0;
    node.user.link = 0;
    link_settings settings;
    settings.name = "node " + std::to_string(i);
    node.core = std::make_unique<node_link>(settings, node.ledger, random_());
    for (const auto& [key, content] : node.disk)
      node.core->recover(content);
    node_step(i, [this](auto& core, auto& fx) { core.on_start(now(), fx); });
  }
  void break_connection(std::size_t i) {
    if (const auto channel = std::exchange(nodes_[i].channel, 0); channel != 0)
      carry([this, channel] {
        proxy_step([&](auto& fx) { proxy_->on_channel_down(channel, now(), fx); });
      });
  }

  // -- the proxy's outputs ------------------------------------------------------------------------
  std::size_t node_of(std::uint64_t channel) { return channel % node_count; }
  node_process& node_of(const ledger_id& ledger) { return nodes_[ledger.high - 1]; }

  void proxy_says(const ledger_retired&) {} // nobody asks for it here
  void proxy_says(const note&) {}
  void proxy_says(const epoch_begun&) {
    for (const auto& node : nodes_)
      CHECK(node.at_proxy.link == 0);
  }
  void proxy_says(const node_up& x) { node_of(x.ledger).at_proxy.up(x.link); }
  void proxy_says(const node_down& x) { node_of(x.ledger).at_proxy.down(x.link); }
  void proxy_says(const from_node& x) {
    const auto range = std::get<audit>(x.content).unfinished.at(0);
    node_of(x.ledger).at_proxy.got(x.link, range.first, range.last);
  }
  void proxy_says(const send_welcome& x) {
    to_node_over(x.channel,
                 [this, x](auto& core, auto& fx) { core.on_welcome(x.content, now(), fx); });
  }
  void proxy_says(const send_refusal& x) { refuse(x.channel, x.content); }
  void proxy_says(const send_message& x) {
    to_node_over(x.channel, [this, x](auto& core, auto& fx) {
      core.on_message(x.header, x.content, now(), fx);
    });
  }
  void refuse(std::uint64_t channel, const refusal& why) {
    to_node_over(channel, [this, why](auto& core, auto& fx) { core.on_refusal(why, now(), fx); });
  }
  template <class Input>
  void to_node_over(std::uint64_t channel, Input input) {
    carry([this, i = node_of(channel), input] { node_step(i, input); });
  }

  // -- a node's outputs ---------------------------------------------------------------------------
  void node_says(std::size_t, const note&) {}
  void node_says(std::size_t i, const connect_now&) {
    at(5 * us_per_ms, [this, i, life = nodes_[i].life] {
      if (life != nodes_[i].life)
        return;
      if (chance(300)) {
        node_step(i, [this](auto& core, auto& fx) { core.on_connect_failed("luck", now(), fx); });
      } else {
        nodes_[i].channel = ++connections_ * node_count + i;
        node_step(i, [this](auto& core, auto& fx) { core.on_connected(now(), fx); });
      }
    });
  }
  void node_says(std::size_t i, const disconnect_now&) { break_connection(i); }
  void node_says(std::size_t i, const send_join& x) {
    carry([this, channel = nodes_[i].channel, x] {
      proxy_step([&](auto& fx) { proxy_->on_join(channel, x.content, now(), fx); });
    });
  }
  void node_says(std::size_t i, const send_link_message& x) {
    const auto known = nodes_[i].obeyed.emplace(x.header.proxy.counter, x.header.proxy.nonce).first;
    CHECK(known->second == x.header.proxy.nonce); // R1: no counter under two nonces
    CHECK(known->first == nodes_[i].obeyed.rbegin()->first);
    carry([this, channel = nodes_[i].channel, x] {
      proxy_step([&](auto& fx) { proxy_->on_message(channel, x.header, x.content, now(), fx); });
    });
  }
  void node_says(std::size_t i, const link_up& x) { nodes_[i].user.up(x.link); }
  void node_says(std::size_t i, const link_down& x) { nodes_[i].user.down(x.link); }
  void node_says(std::size_t i, const from_proxy& x) {
    const auto& content = std::get<submit_ack>(x.content);
    nodes_[i].user.got(x.link, content.jobs, content.bytes);
  }

  // -- what happens all the time ------------------------------------------------------------------
  void tick() {
    at(tick_us, [this] { tick(); });
    proxy_step([this](auto& fx) { proxy_->on_tick(now(), fx); });
    for (std::size_t i = 0; i < node_count; ++i) {
      node_step(i, [this](auto& core, auto& fx) { core.on_tick(now(), fx); });
      report(i);
      talk(i);
      if (chance(5) && nodes_[i].channel != 0) {
        break_connection(i);
        node_step(i, [this](auto& core, auto& fx) { core.on_disconnected(now(), fx); });
      }
      if (chance(2)) {
        break_connection(i);
        start_node(i);
      }
    }
    if (chance(2)) {
      if (chance(300))
        proxy_disk_.disk.clear();
      start_proxy();
    }
  }
  void report(std::size_t i) {
    load_report info;
    if (nodes_[i].core->report_due(now(), info))
      carry([this, channel = nodes_[i].channel, info] {
        const auto answer = proxy_->on_load_report(channel, info, now());
        if (!answer.fits)
          return refuse(channel, answer.rejection);
        to_node_over(channel, [this, echo = answer.echo](auto& core, auto& fx) {
          core.on_heartbeat(echo, now(), fx);
        });
      });
  }
  /// A message each way, each tagged with its link and counted; and one that is too late for its
  /// link.
  void talk(std::size_t i) {
    auto& node = nodes_[i];
    if (node.user.link != 0)
      node_says_to_proxy(i, node.user.link, ++node.user.sent);
    if (node.at_proxy.link != 0)
      proxy_says_to_node(i, node.at_proxy.link, ++node.at_proxy.sent);
    if (chance(100) && node.user.old_link != 0 && node.user.old_link != node.user.link)
      node_says_to_proxy(i, node.user.old_link, 0);
    if (chance(100) && node.at_proxy.old_link != 0 && node.at_proxy.old_link != node.at_proxy.link)
      proxy_says_to_node(i, node.at_proxy.old_link, 0);
  }
  void node_says_to_proxy(std::size_t i, std::uint64_t link, std::uint64_t serial) {
    node_step(i, [&](auto& core, auto& fx) {
      core.on_outgoing({link, audit{{{link, serial}}}}, fx);
    });
  }
  void proxy_says_to_node(std::size_t i, std::uint64_t link, std::uint64_t serial) {
    proxy_step([&](auto& fx) {
      proxy_->on_outgoing({nodes_[i].ledger, link, submit_ack{link, serial}}, fx);
    });
  }

  std::mt19937_64 random_;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> events_;
  std::int64_t now_us_ = 0;
  std::uint64_t event_number_ = 0;
  std::uint64_t connections_ = 0;
  bool faulty_ = false;
  disk_and_gate<membership_output> proxy_disk_;
  std::unique_ptr<membership> proxy_;
  std::array<node_process, node_count> nodes_;
};

} // namespace

TEST_CASE("links deliver in order, once and only while they stand, whatever the network does") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    history cluster{seed};
    cluster.run(1000, false);
    cluster.run(60'000, true);
    cluster.run(20'000, false);
    cluster.check_healed();
    const auto received = cluster.least_received();
    cluster.run(1000, false);
    CHECK(cluster.least_received() > received + 10);
  }
}
