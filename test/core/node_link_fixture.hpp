// A node_link with a clock and no disk, and a look into the effects that it answers with.
#pragma once

#include "actors/core/node_link.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace evenkeel::node_link_fixture {

using namespace core;

inline constexpr ledger_id fresh{7, 8};
inline constexpr std::uint64_t nonce = 55;
inline constexpr const char* our_code = "k7m2q";

template <class T>
std::vector<T> all(const link_effects& fx) {
  std::vector<T> found;
  for (const auto& output : fx.outputs)
    if (const auto* match = std::get_if<T>(&output))
      found.push_back(*match);
  return found;
}

template <class T>
T the(const link_effects& fx) {
  const auto found = all<T>(fx);
  REQUIRE(found.size() == 1);
  return found.front();
}

template <class T>
bool has(const link_effects& fx) {
  return !all<T>(fx).empty();
}

inline link_settings settings_of_node() {
  link_settings settings;
  settings.name = "a";
  settings.address = "127.0.0.1:7000";
  settings.slots = 4;
  settings.functions = {"add"};
  return settings;
}

/// A node with a clock and no disk.
struct node {
  node_link core{settings_of_node(), fresh, nonce};
  instant now{1'000'000, 5000};
  join asked; ///< the last join

  template <class Input>
  link_effects step(Input input) {
    link_effects fx;
    input(fx);
    for (const auto& request : all<send_join>(fx))
      asked = request.content;
    return fx;
  }
  link_effects start() {
    return step([&](auto& fx) { core.on_start(now, fx); });
  }
  link_effects connected() {
    return step([&](auto& fx) { core.on_connected(now, fx); });
  }
  link_effects connect_failed() {
    return step([&](auto& fx) { core.on_connect_failed("no route", now, fx); });
  }
  link_effects disconnected() {
    return step([&](auto& fx) { core.on_disconnected(now, fx); });
  }
  link_effects take(const welcome& content) {
    return step([&](auto& fx) { core.on_welcome(content, now, fx); });
  }
  link_effects take(const refusal& content) {
    return step([&](auto& fx) { core.on_refusal(content, now, fx); });
  }
  link_effects take(const heartbeat& content) {
    return step([&](auto& fx) { core.on_heartbeat(content, now, fx); });
  }
  link_effects take(const link_header& header, proxy_message content = submit_ack{1, 2}) {
    return step([&](auto& fx) { core.on_message(header, std::move(content), now, fx); });
  }
  link_effects outgoing(const to_proxy& message) {
    return step([&](auto& fx) { core.on_outgoing(message, fx); });
  }
  link_effects shut_down() {
    return step([&](auto& fx) { core.on_shutdown(now, fx); });
  }
  /// Ticks every 50 ms, as the shell does.
  link_effects pass(std::int64_t ms) {
    return step([&](auto& fx) {
      for (; ms > 0; ms -= 50) {
        now.steady_us += 50 * us_per_ms;
        core.on_tick(now, fx);
      }
    });
  }

  [[nodiscard]] welcome answer(epoch proxy = {4, 40}) const {
    return {proxy, asked.process, asked.link, our_code, {}};
  }
  [[nodiscard]] refusal refuse(refusal_reason reason = refusal_reason::cluster_full) const {
    return {reason, asked.process, asked.link, 1000, "no"};
  }
  [[nodiscard]] link_header header(std::uint64_t sequence) const {
    return {{4, 40}, asked.process, asked.link, sequence};
  }
};

struct joining_node : node {
  joining_node() {
    start();
    connected();
  }
};

struct linked_node : joining_node {
  linked_node() {
    take(answer());
    REQUIRE(core.up());
  }
};

} // namespace evenkeel::node_link_fixture
