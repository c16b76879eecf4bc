// Nodes on a host: spawned, adopted, spawned again, ended.
#include "actors/core/host_watch.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace evenkeel::core::test {

namespace {

const std::string our_address = "10.0.0.1";

spawn_order order_of(const std::string& name, const std::string& proxy_host = our_address) {
  spawn_order order;
  order.name = name;
  order.proxy_host = proxy_host;
  order.proxy_port = 8080;
  return order;
}

/// What a host says of node a.
hosted_node a(bool running, const std::string& problem = {},
              const std::string& proxy_host = our_address) {
  return {order_of("a", proxy_host), running, problem, false};
}

struct watch_fixture {
  host_watch watch{"10.0.0.7:4242"};
  instant now{1'000'000, 1'000};
  incarnation host{1, 1};
  std::vector<host_watch_output> said;
  std::vector<std::string> log;

  template <class Input>
  void step(Input&& input) {
    host_watch_effects fx;
    input(fx);
    said.clear();
    for (auto& one : fx.outputs)
      if (const auto* line = std::get_if<note>(&one))
        log.push_back(line->text);
      else
        said.push_back(std::move(one));
  }
  void want(const std::string& name) { watch.on_order(order_of(name)); }
  /// Ticks until the watch looks at its host; how long that took.
  std::int64_t ms_until_look() {
    constexpr std::int64_t too_long_ms = 60'000;
    for (std::int64_t ms = 0; ms < too_long_ms; ms += 50) {
      step([&](auto& fx) { watch.on_tick(now, fx); });
      if (said == std::vector<host_watch_output>{look_at_host{}})
        return ms;
      now.steady_us += 50 * us_per_ms;
    }
    return too_long_ms;
  }
  void report(std::vector<hosted_node> nodes, std::uint32_t version = hosting_protocol_version) {
    ms_until_look();
    step([&](auto& fx) { watch.on_report({version, host, std::move(nodes)}, now, fx); });
  }
  void unreachable(const std::string& why) {
    step([&](auto& fx) { watch.on_unreachable(why, now, fx); });
  }
  void spawned(const std::string& name, const std::string& why = {}) {
    step([&](auto& fx) { watch.on_spawned(name, why, now, fx); });
  }
  [[nodiscard]] bool spawns(const std::string& name) const {
    for (const auto& one : said)
      if (const auto* x = std::get_if<spawn_there>(&one); x != nullptr && x->order.name == name)
        return true;
    return false;
  }
  [[nodiscard]] bool says(const host_watch_output& what) const {
    for (const auto& one : said)
      if (one == what)
        return true;
    return false;
  }
};

} // namespace

TEST_CASE_FIXTURE(watch_fixture, "what the host lacks is spawned, once") {
  want("a");
  report({});
  CHECK(spawns("a"));
  report({a(false)});
  CHECK_FALSE(spawns("a")); // it is moving in
  report({a(true)});
  CHECK(said.empty());
}

TEST_CASE_FIXTURE(watch_fixture, "a node that runs there already is adopted") {
  want("a");
  report({a(true)});
  CHECK(said.empty());
  CHECK(log == std::vector<std::string>{"node 'a' runs on host 10.0.0.7:4242"});
  report({a(true)});
  CHECK(log.size() == 1);
}

TEST_CASE_FIXTURE(watch_fixture,
                  "a node that runs with other settings than are wanted is told of") {
  auto wanted = order_of("a");
  wanted.slots = 4;
  wanted.client_port = 9000;
  watch.on_order(wanted);
  auto actual = a(true);
  actual.order.slots = 2;
  actual.order.client_port = 9000;
  report({actual});
  report({actual});
  REQUIRE(log.size() == 2);
  CHECK(log[0]
        == "node 'a' runs on host 10.0.0.7:4242 already, with --slots 2; what is wanted holds from "
           "its next start: despawn it and spawn it again");
}

TEST_CASE_FIXTURE(watch_fixture, "settings that were left to the host differ from none") {
  want("a");
  auto actual = a(true);
  actual.order.slots = 2;
  actual.order.client_port = 41'017;
  report({actual});
  CHECK(log == std::vector<std::string>{"node 'a' runs on host 10.0.0.7:4242"});
}

TEST_CASE_FIXTURE(watch_fixture, "a host that was restarted gets its nodes again") {
  want("a");
  report({});
  spawned("a");
  report({a(true)});
  unreachable("its connection has ended");
  report({});
  CHECK(spawns("a"));
}

TEST_CASE_FIXTURE(watch_fixture,
                  "a host that was restarted between a spawn and its report gets it again") {
  want("a");
  report({});
  spawned("a");
  report({});
  CHECK(spawns("a"));
}

TEST_CASE_FIXTURE(watch_fixture, "an unreachable host is tried ever more slowly, and told once") {
  want("a");
  std::int64_t last = 0;
  for (int i = 0; i < 8; ++i) {
    const auto waited = ms_until_look();
    CHECK(waited >= last);
    last = waited;
    unreachable("connection refused");
  }
  CHECK(last * us_per_ms == host_watch::longest_pause_us);
  CHECK(log.size() == 1);
  report({});
  CHECK(spawns("a"));
  CHECK(log.back() == "host 10.0.0.7:4242: reached");
}

TEST_CASE_FIXTURE(watch_fixture, "a look that was answered by silence has waited already") {
  want("a");
  for (int i = 0; i < 8; ++i) {
    ms_until_look();
    now.steady_us += host_watch::longest_pause_us;
    unreachable("no answer within a second");
  }
  CHECK(ms_until_look() == 0);
}

TEST_CASE_FIXTURE(
    watch_fixture,
    "a node that cannot run is tried ever more slowly, and told once for each reason") {
  want("a");
  report({});
  for (int i = 0; i < 5; ++i) {
    spawned("a");
    report({a(false, "its port is taken")});
    while (!spawns("a"))
      report({a(false, "its port is taken")});
  }
  CHECK(log.size() == 1);
  spawned("a", "unknown type");
  CHECK(log.size() == 2);
}

TEST_CASE_FIXTURE(watch_fixture, "another version of the protocol is one clear line") {
  want("a");
  report({}, hosting_protocol_version + 1);
  report({}, hosting_protocol_version + 1);
  CHECK(said.empty());
  REQUIRE(log.size() == 1);
  CHECK(log.front().find("version") != std::string::npos);
}

TEST_CASE_FIXTURE(watch_fixture, "a withdrawn node is ended, and then forgotten") {
  want("a");
  report({a(true)});
  watch.on_withdraw(order_of("a"));
  report({a(true)});
  CHECK(says(end_there{"a"}));
  report({a(true)}); // it finishes what it runs
  CHECK(says(end_there{"a"}));
  report({});
  CHECK(says(ended_there{"a"}));
  CHECK(watch.idle());
}

TEST_CASE_FIXTURE(watch_fixture, "a withdrawn node whose host was killed runs once more, to end") {
  want("a");
  report({a(true)});
  watch.on_withdraw(order_of("a"));
  report({a(true)});
  host = {2, 1};
  while (!spawns("a"))
    report({});
  step([&](auto& fx) { watch.on_spawned("a", "", now, fx); });
  report({a(false)}); // it moves in
  CHECK(said.empty());
  report({a(true)});
  CHECK(says(end_there{"a"}));
  report({});
  CHECK(says(ended_there{"a"}));
}

TEST_CASE_FIXTURE(watch_fixture,
                  "what is withdrawn while its host is away runs once more, to end") {
  watch.on_withdraw(order_of("a"));
  report({});
  CHECK(said == std::vector<host_watch_output>{spawn_there{order_of("a")}});
}

TEST_CASE_FIXTURE(watch_fixture, "a node that is forgotten is left alone") {
  want("a");
  report({a(true)});
  watch.on_forget("a");
  CHECK(watch.idle());
  want("b");
  report({a(true)});
  CHECK_FALSE(says(end_there{"a"}));
}

TEST_CASE_FIXTURE(watch_fixture, "a place is named once in a line") {
  want("a");
  unreachable("10.0.0.7:4242: Connection refused");
  CHECK(log == std::vector<std::string>{"host 10.0.0.7:4242: Connection refused; trying again"});
}

TEST_CASE_FIXTURE(watch_fixture, "what is withdrawn and cannot run there has ended") {
  watch.on_withdraw(order_of("a"));
  report({a(false, "its port is taken")});
  CHECK(says(ended_there{"a"}));
}

TEST_CASE_FIXTURE(watch_fixture, "a node of another proxy is not adopted, and that is told once") {
  want("a");
  report({a(true, "", "10.0.0.2")});
  CHECK(said.empty());
  report({a(true, "", "10.0.0.2")});
  CHECK(log
        == std::vector<std::string>{
            "node 'a' does not run on host 10.0.0.7:4242: its name is taken there by a node of the "
            "proxy at 10.0.0.2:8080; trying again"});
  while (!spawns("a"))
    report({});
  report({a(true)});
  CHECK(log.back() == "node 'a' runs on host 10.0.0.7:4242");
}

TEST_CASE_FIXTURE(watch_fixture, "what a node of another proxy has left behind is not taken over") {
  want("a");
  auto left = a(false, "", "10.0.0.2");
  left.ended = true;
  report({left});
  CHECK_FALSE(spawns("a"));
  CHECK(log.size() == 1);
}

TEST_CASE_FIXTURE(watch_fixture,
                  "a node that has ended as it was told is spawned again on demand") {
  watch.on_withdraw(order_of("a"));
  report({a(true)});
  auto left = a(false);
  left.ended = true;
  report({left});
  CHECK(says(ended_there{"a"}));
  want("a");
  report({left});
  CHECK(spawns("a"));
}

TEST_CASE_FIXTURE(watch_fixture, "an attempt of another proxy that failed is in nobody's way") {
  want("a");
  report({a(false, "its port is taken", "10.0.0.2")});
  CHECK(spawns("a"));
  CHECK(log.empty());
}

TEST_CASE_FIXTURE(watch_fixture, "what is withdrawn does not end another proxy's node") {
  watch.on_withdraw(order_of("a"));
  report({a(true, "", "10.0.0.2")});
  CHECK(said == std::vector<host_watch_output>{ended_there{"a"}});
}

} // namespace evenkeel::core::test
