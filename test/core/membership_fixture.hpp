// A membership core with a clock, and a look into the effects that it answers with.
#pragma once

#include "actors/core/membership.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::membership_fixture {

using namespace core;

inline constexpr std::uint64_t nonce = 77;
inline constexpr ledger_id ledger_a{1, 0xa};
inline constexpr ledger_id ledger_b{2, 0xb};

template <class T>
std::vector<T> all(const membership_effects& fx) {
  std::vector<T> found;
  for (const auto& output : fx.outputs)
    if (const auto* match = std::get_if<T>(&output))
      found.push_back(*match);
  return found;
}

template <class T>
T the(const membership_effects& fx) {
  const auto found = all<T>(fx);
  REQUIRE(found.size() == 1);
  return found.front();
}

template <class T>
std::size_t place_of(const membership_effects& fx) {
  const auto match = std::find_if(fx.outputs.begin(), fx.outputs.end(),
                                  [](const auto& x) { return std::holds_alternative<T>(x); });
  REQUIRE(match != fx.outputs.end());
  return static_cast<std::size_t>(match - fx.outputs.begin());
}

inline join join_of(const ledger_id& ledger, const std::string& name, std::uint64_t link = 1) {
  join request;
  request.slots = 4;
  request.link = link;
  request.ledger = ledger;
  request.process = {3, 30 + ledger.high};
  request.name = name;
  request.address = "127.0.0.1:7000";
  request.functions = {"add"};
  return request;
}

/// A proxy with a clock.
struct proxy {
  membership core;
  instant now{1'000'000, 5000};

  explicit proxy(membership_settings settings = {}, std::vector<record::value> disk = {})
      : core(settings, nonce) {
    for (const auto& content : disk)
      core.recover(content);
    membership_effects fx;
    core.on_start(now, fx);
  }
  ~proxy() { CHECK(core.check_invariants() == ""); }
  proxy(const proxy&) = delete;
  proxy& operator=(const proxy&) = delete;

  membership_effects on_join(std::uint64_t channel, const join& request) {
    membership_effects fx;
    core.on_join(channel, request, now, fx);
    return fx;
  }
  membership_effects on_message(std::uint64_t channel, const link_header& header,
                                node_message content = audit{{{1, 1}}}) {
    membership_effects fx;
    core.on_message(channel, header, std::move(content), now, fx);
    return fx;
  }
  membership_effects on_outgoing(const to_node& message) {
    membership_effects fx;
    core.on_outgoing(message, fx);
    return fx;
  }
  /// Ticks every 50 ms, as the shell does.
  membership_effects pass(std::int64_t ms) {
    membership_effects fx;
    for (; ms > 0; ms -= 50) {
      now.steady_us += 50 * us_per_ms;
      core.on_tick(now, fx);
    }
    return fx;
  }
  bool report(std::uint64_t channel, const join& of) {
    load_report info;
    info.proxy = core.current_epoch();
    info.node = of.process;
    info.link = of.link;
    return core.on_load_report(channel, info, now).fits;
  }
  [[nodiscard]] link_header header(const join& of, std::uint64_t sequence) const {
    return {core.current_epoch(), of.process, of.link, sequence};
  }
};

inline refusal_reason refused_for(const membership_effects& fx) {
  CHECK(all<node_up>(fx).empty());
  CHECK(fx.changes.empty());
  return the<send_refusal>(fx).content.reason;
}

} // namespace evenkeel::membership_fixture
