#include "simulator/network.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::simulator {

namespace {

std::size_t index_of(direction which) {
  return static_cast<std::size_t>(which);
}

} // namespace

network::network(timeline& time, dice& luck, network_pace pace, std::size_t nodes,
                 network_ends ends)
    : time_{&time}, luck_{&luck}, pace_{pace}, ends_{std::move(ends)}, links_(nodes) {}

void network::connect(const peer& from, std::uint64_t proxy_life, bool listening) {
  auto& link = links_[from.node];
  if (silent(from.node) || !listening) {
    const auto wait_us = silent(from.node) ? pace_.connect_deadline_us : pace_.one_way_us;
    time_->after(wait_us, [this, from] { ends_.connect_failed(from, "no answer"); });
    return;
  }
  if (!link.standing || link.standing->node != from || link.standing->proxy_life != proxy_life) {
    if (link.standing)
      break_connection(from.node);
    link.standing = std::make_shared<connection>();
    link.standing->node = from;
    link.standing->proxy_life = proxy_life;
  }
  time_->after(luck_->skewed(2 * pace_.one_way_us), [this, from] { ends_.connected(from); });
}

void network::send_to_proxy(const peer& from, proxy_packet content) {
  const auto standing = links_[from.node].standing;
  if (!standing || standing->node != from)
    return;
  ++messages_;
  carry(standing, direction::to_proxy, [this, from, content = std::move(content)]() mutable {
    if (comes_twice(from))
      time_->after(luck_->between(0, pace_.latest_us),
                   [this, from, content] { ends_.deliver_to_proxy(from, content); });
    ends_.deliver_to_proxy(from, std::move(content));
  });
}

void network::send_to_node(const peer& to, node_packet content) {
  const auto standing = links_[to.node].standing;
  if (!standing || standing->node != to)
    return;
  ++messages_;
  carry(standing, direction::to_node, [this, to, content = std::move(content)]() mutable {
    if (comes_twice(to))
      time_->after(luck_->between(0, pace_.latest_us),
                   [this, to, content] { ends_.deliver_to_node(to, content); });
    ends_.deliver_to_node(to, std::move(content));
  });
}

/// Not for the last node, the impostor: its join would come when nobody knows the original any
/// more.
bool network::comes_twice(const peer& who) {
  const bool twice = who.node + 1 < links_.size() && luck_->chance(pace_.duplicated_of_thousand);
  duplicates_ += twice ? 1 : 0;
  return twice;
}

void network::carry(const std::shared_ptr<connection>& on, direction which, action deliver) {
  if (links_[on->node.node].cut[index_of(which)])
    on->held[index_of(which)].push_back(std::move(deliver));
  else
    arrive_later(on, which, std::move(deliver));
}

void network::arrive_later(const std::shared_ptr<connection>& on, direction which, action deliver) {
  auto& last_us = on->last_us[index_of(which)];
  last_us = std::max(last_us, time_->now_us() + luck_->skewed(pace_.one_way_us));
  time_->after(last_us - time_->now_us(), [on, deliver = std::move(deliver)] {
    if (!on->lost)
      deliver();
  });
}

void network::cut(std::size_t node, direction which) {
  links_[node].cut[index_of(which)] = true;
}

void network::heal(std::size_t node, direction which) {
  auto& link = links_[node];
  link.cut[index_of(which)] = false;
  if (link.standing)
    for (auto& deliver : std::exchange(link.standing->held[index_of(which)], {}))
      arrive_later(link.standing, which, std::move(deliver));
  if (!silent(node))
    for (auto& tell : std::exchange(link.news, {}))
      time_->after(luck_->skewed(pace_.one_way_us), std::move(tell));
}

void network::heal_all() {
  for (std::size_t node = 0; node < links_.size(); ++node) {
    heal(node, direction::to_proxy);
    heal(node, direction::to_node);
  }
}

void network::break_connection(std::size_t node) {
  const auto gone = std::exchange(links_[node].standing, nullptr);
  if (!gone)
    return;
  for (auto& held : gone->held)
    held.clear();
  if (luck_->chance(500)) // a reset; otherwise what was sent still arrives
    gone->lost = true;
  tell_of_break(gone);
}

void network::tell_of_break(const std::shared_ptr<connection>& gone) {
  auto& link = links_[gone->node.node];
  const auto arrived_us = std::max(gone->last_us[0], gone->last_us[1]) - time_->now_us();
  const auto wait_us =
      (gone->lost ? 0 : std::max<std::int64_t>(arrived_us, 0)) + luck_->skewed(pace_.one_way_us);
  action tell_node = [this, gone] { ends_.node_sees_break(gone->node); };
  action tell_proxy = [this, gone] { ends_.proxy_sees_break(gone->node); };
  for (auto* tell : {&tell_node, &tell_proxy}) {
    if (silent(gone->node.node))
      link.news.push_back(std::move(*tell));
    else
      time_->after(wait_us, std::move(*tell));
  }
}

void network::proxy_died() {
  for (std::size_t node = 0; node < links_.size(); ++node)
    break_connection(node);
}

} // namespace evenkeel::simulator
