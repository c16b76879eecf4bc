// Which nodes the proxy wants on which hosts.
#include "actors/core/spawn_list.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::core::test {

namespace {

spawn_order order_of(std::string name) {
  spawn_order order;
  order.name = std::move(name);
  order.host = "10.0.0.7";
  order.host_port = 4242;
  order.slots = 2;
  order.client_port = 9000;
  return order;
}

/// A list with a disk that always works.
struct list_fixture {
  spawn_list list{"10.0.0.1"};
  std::map<record::key, record::value> disk;
  durability needed = durability::none;
  std::vector<spawn_list_output> said;

  template <class Input>
  void step(Input&& input) {
    spawn_list_effects fx;
    input(fx);
    needed = fx.needed;
    for (auto& change : fx.changes) {
      if (change.content)
        disk.insert_or_assign(change.where, *change.content);
      else
        disk.erase(change.where);
    }
    said = std::move(fx.outputs);
  }
  void start(const std::vector<spawn_order>& wanted = {}) {
    step([&](auto& fx) { list.on_start(8080, wanted, fx); });
  }
  void restart() {
    list = spawn_list{"10.0.0.1"};
    for (const auto& [key, value] : disk)
      list.recover(value);
    start();
  }
  hosting_answer ask(hosting_request request, bool name_in_use = false) {
    step([&](auto& fx) { list.on_request(5, request, name_in_use, fx); });
    return only<answer_hosting>().content;
  }
  hosting_answer spawn(const spawn_order& order) { return ask({false, false, order}); }
  hosting_answer withdraw(const std::string& name) { return ask({true, false, order_of(name)}); }
  void ended(const std::string& name) {
    step([&](auto& fx) { list.on_ended(name, fx); });
  }
  template <class Output>
  std::vector<Output> all() const {
    std::vector<Output> found;
    for (const auto& one : said)
      if (const auto* x = std::get_if<Output>(&one))
        found.push_back(*x);
    return found;
  }
  template <class Output>
  Output only() const {
    const auto found = all<Output>();
    REQUIRE(found.size() == 1);
    return found.front();
  }
};

} // namespace

TEST_CASE_FIXTURE(list_fixture, "an order is synced, answered, and told where its proxy is") {
  start();
  CHECK(spawn(order_of("a")).code == errc::ok);
  CHECK(needed == durability::synced);
  CHECK(disk.size() == 1);
  const auto watched = only<watch_node>().order;
  CHECK(watched.name == "a");
  CHECK(watched.proxy_host == "10.0.0.1");
  CHECK(watched.proxy_port == 8080);
}

TEST_CASE_FIXTURE(list_fixture, "orders outlive the proxy's process") {
  start({order_of("a")});
  CHECK(spawn(order_of("b")).code == errc::ok);
  restart();
  CHECK(all<watch_node>().size() == 2);
  CHECK(list.nodes() == 2);
}

TEST_CASE_FIXTURE(list_fixture, "an order of the command line is taken once") {
  start({order_of("a")});
  CHECK(disk.size() == 1);
  const auto kept = disk;
  list = spawn_list{"10.0.0.1"};
  for (const auto& [key, value] : disk)
    list.recover(value);
  start({order_of("a")});
  CHECK(disk == kept);
  CHECK(all<watch_node>().size() == 1);
}

TEST_CASE_FIXTURE(list_fixture, "an order of the command line does not move a node on the list") {
  start({order_of("a"), order_of("b")});
  withdraw("b");
  const auto kept = disk;
  list = spawn_list{"10.0.0.1"};
  for (const auto& [key, value] : disk)
    list.recover(value);
  auto elsewhere = order_of("a");
  elsewhere.host = "10.0.0.8";
  start({elsewhere, order_of("b")});
  CHECK(disk == kept);
  CHECK(only<watch_node>().order.host == "10.0.0.7");
  CHECK(all<note>()
        == std::vector<note>{{note::level::error,
                              "cannot spawn node 'a': it is on the list for 10.0.0.7:4242, not "
                              "for 10.0.0.8:4242; despawn it first"},
                             {note::level::error, "cannot spawn node 'b': it is being despawned"}});
}

TEST_CASE_FIXTURE(list_fixture,
                  "the same order again changes nothing, another of that name is refused") {
  start();
  spawn(order_of("a"));
  CHECK(spawn(order_of("a")).code == errc::ok);
  CHECK(all<watch_node>().empty());
  auto other = order_of("a");
  other.slots = 3;
  CHECK(spawn(other).code == errc::bad_request);
  CHECK(disk.size() == 1);
}

TEST_CASE_FIXTURE(list_fixture, "a withdrawn node is kept in mind until its host has ended it") {
  start();
  spawn(order_of("a"));
  CHECK(withdraw("a").code == errc::ok);
  CHECK(needed == durability::synced);
  CHECK(only<end_node>().order.name == "a");
  CHECK(spawn(order_of("a")).code == errc::busy);
  restart();
  CHECK(only<end_node>().order.name == "a");
  ended("a");
  CHECK(disk.empty());
  CHECK(spawn(order_of("a")).code == errc::ok);
}

TEST_CASE_FIXTURE(list_fixture, "a node whose host is gone for good is forgotten at once") {
  start();
  spawn(order_of("a"));
  withdraw("a");
  const auto answer = ask({true, true, order_of("a")});
  CHECK(answer.code == errc::ok);
  CHECK(needed == durability::synced);
  CHECK(disk.empty());
  CHECK(only<forget_node>().order.host == "10.0.0.7");
  CHECK(spawn(order_of("a")).code == errc::ok);
  CHECK(ask({true, true, order_of("b")}).code == errc::not_found);
}

TEST_CASE_FIXTURE(list_fixture, "a name that a node of the cluster has is not given to another") {
  start();
  CHECK(ask({false, false, order_of("a")}, true).code == errc::conflict);
  CHECK(disk.empty());
  spawn(order_of("a"));
  CHECK(ask({false, false, order_of("a")}, true).code == errc::ok); // it is that node
}

TEST_CASE_FIXTURE(list_fixture, "what was not withdrawn does not end") {
  start();
  spawn(order_of("a"));
  ended("a");
  CHECK(list.nodes() == 1);
  CHECK(disk.size() == 1);
}

TEST_CASE_FIXTURE(list_fixture, "bad orders are refused with a reason, and nothing is kept") {
  start();
  CHECK(withdraw("a").code == errc::not_found);
  for (const auto* name : {"", "../a", "a b", ".a", "a/b"})
    CHECK(spawn(order_of(name)).code == errc::bad_request);
  auto nowhere = order_of("a");
  nowhere.host.clear();
  CHECK(spawn(nowhere).code == errc::bad_request);
  CHECK(disk.empty());
  list = spawn_list{""};
  CHECK(spawn(order_of("a")).code == errc::unavailable); // not started
  start();
  const auto answer = spawn(order_of("a"));
  CHECK(answer.code == errc::bad_request);
  CHECK(answer.text.find("--advertise") != std::string::npos);
}

} // namespace evenkeel::core::test
