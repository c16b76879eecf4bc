// `evenkeel ping`, as health checks use it.
#include "tls_parts.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

using namespace evenkeel::test;

namespace {

int ping(const std::vector<std::string>& arguments) {
  process asking(with({"ping"}, arguments));
  const auto status = asking.wait();
  if (status != 0)
    MESSAGE(asking.log());
  return status;
}

} // namespace

TEST_CASE("a ping finds a node with or without its proxy, and a frozen one in no time") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  const std::vector<std::string> node{"127.0.0.1", all.port("a"), "--timeout", "20"};
  CHECK(ping(node) == 0);
  all.kill("proxy");
  CHECK(ping(node) == 0);
  all.at("a").signal(SIGSTOP);
  CHECK(has(failed_start({"ping", "127.0.0.1", all.port("a"), "--timeout", "0.2"}), all.port("a")));
}

TEST_CASE("a ping finds a proxy, and says why it does not") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  const std::vector<std::string> proxy{"--proxy", "127.0.0.1", all.port("proxy"), "--timeout"};
  CHECK(ping(with(proxy, {"20"})) == 0);
  CHECK(has(failed_start({"ping", "--proxy", "127.0.0.1", all.port("a"), "--timeout", "0.5"}),
            "does not answer as a proxy"));
  all.at("proxy").signal(SIGSTOP);
  CHECK(has(failed_start(with({"ping"}, with(proxy, {"0.2"}))), "does not answer as a proxy"));
  all.at("proxy").signal(SIGCONT);
  CHECK(ping(with(proxy, {"20"})) == 0);
  all.kill("proxy");
  CHECK(has(failed_start(with({"ping"}, with(proxy, {"20"}))), "Connection refused"));
}

TEST_CASE("a ping of a proxy by TLS needs a certificate of its CA") {
  cluster all;
  authority ours{all.directory() / "certs"};
  all.start_proxy(ours.options("proxy"));
  const std::vector<std::string> proxy{"--proxy", "127.0.0.1", all.port("proxy"), "--timeout",
                                       "20"};
  CHECK(ping(with(proxy, ours.options("a"))) == 0);
  authority others{all.directory() / "other-certs"};
  CHECK(has(failed_start(with({"ping"}, with(proxy, others.options("a")))), "certificate"));
}

TEST_CASE("a ping of a proxy asks where the variables of a proxy say") {
  cluster all;
  all.start_proxy();
  ::setenv("EVENKEEL_CLIENT_PORT", "1", 1);
  ::setenv("EVENKEEL_PROXY_PORT", all.port("proxy").c_str(), 1);
  CHECK(ping({"--proxy", "--timeout", "20"}) == 0);
  ::unsetenv("EVENKEEL_PROXY_PORT");
  ::unsetenv("EVENKEEL_CLIENT_PORT");
}
