#include "scenario/command_line.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace evenkeel::scenario;

namespace {

using words = std::vector<std::string>;

launch_place somewhere(bool beyond_loopback = false) {
  return {"10.77.0.2", 9000, "10.77.0.1", 9001, "/d", beyond_loopback, 4242};
}

} // namespace

TEST_CASE("a node has two slots unless its options say otherwise") {
  const words own{"node",   "10.77.0.1", "9001",          "--name", "a",
                  "--data", "/d",        "--client-port", "9000"};
  const auto with = [&own](const words& more) {
    auto all = own;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  CHECK(command_line(member_kind::node, "a", somewhere(), {}) == with({"--slots", "2"}));
  CHECK(command_line(member_kind::node, "a", somewhere(), {"--slots", "4"})
        == with({"--slots", "4"}));
  CHECK(command_line(member_kind::node, "a", somewhere(), {"--slots=4"}) == with({"--slots=4"}));
}

TEST_CASE("a proxy with a host of its own listens there") {
  CHECK(command_line(member_kind::proxy, "proxy", somewhere(), {"--lease", "500"})
        == words{"proxy", "9000", "--data", "/d", "--lease", "500"});
  CHECK(command_line(member_kind::proxy, "proxy", somewhere(true), {})
        == words{"proxy", "9000", "--data", "/d", "--listen", "10.77.0.2", "--plain-cluster"});
  const words tls{"--tls-cert", "c", "--tls-key", "k", "--tls-ca", "a"};
  auto by_tls = words{"proxy", "9000", "--data", "/d", "--listen", "10.77.0.2"};
  by_tls.insert(by_tls.end(), tls.begin(), tls.end());
  CHECK(command_line(member_kind::proxy, "proxy", somewhere(true), tls) == by_tls);
}

TEST_CASE("a host with a machine of its own listens there") {
  CHECK(command_line(member_kind::host, "h", somewhere(), {"--open"})
        == words{"host", "--port", "9000", "--data", "/d", "--open"});
  CHECK(command_line(member_kind::host, "h", somewhere(true), {})
        == words{"host", "--port", "9000", "--data", "/d", "--listen", "10.77.0.2",
                 "--plain-cluster"});
}

TEST_CASE("a node is spawned on its host by the proxy with two slots unless its options say so") {
  const words own{"spawn",         "10.77.0.2:4242", "--name",           "a",
                  "--client-port", "9000",           "--client-address", "127.0.0.1",
                  "--proxy-host",  "10.77.0.1",      "--proxy-port",     "9001"};
  auto two = own;
  two.insert(two.end(), {"--slots", "2"});
  CHECK(command_line(member_kind::spawned, "a", somewhere(true), {}) == two);
  auto four = own;
  four.insert(four.end(), {"--slots", "4"});
  CHECK(command_line(member_kind::spawned, "a", somewhere(true), {"--slots", "4"}) == four);
  CHECK(despawn_command_line("a", somewhere(true))
        == words{"despawn", "a", "--proxy-host", "10.77.0.1", "--proxy-port", "9001"});
}
