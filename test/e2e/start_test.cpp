#include "cluster.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

using namespace evenkeel::test;

namespace {

/// Exit status and log of a start that must fail.
std::string failed_start(const std::vector<std::string>& arguments) {
  process started{arguments};
  CHECK(started.wait() > 0);
  return started.log();
}

} // namespace

TEST_CASE("a wrong option is one clear line and an exit status") {
  CHECK(failed_start({"node", "--slots", "none"}).find("--slots") != std::string::npos);
  CHECK(failed_start({"frobnicate"}).find("frobnicate") != std::string::npos);
}

TEST_CASE("a taken client port is one clear line and an exit status") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  const auto log = failed_start({"node", "127.0.0.1", all.port("proxy"), "--client-port",
                                 all.port("a"), "--data", all.data("x").string()});
  CHECK(log.find("cannot listen for clients on 127.0.0.1:" + all.port("a")) != std::string::npos);
}

TEST_CASE("a taken cluster port is one clear line and an exit status") {
  cluster all;
  all.start_proxy();
  const auto log = failed_start({"proxy", all.port("proxy"), "--data", all.data("other").string()});
  CHECK(log.find("cannot listen on 127.0.0.1:" + all.port("proxy")) != std::string::npos);
}

TEST_CASE("a data directory in use is one clear line and an exit status") {
  cluster all;
  all.start_proxy();
  const auto log = failed_start({"proxy", "0", "--data", all.data("proxy").string()});
  CHECK(log.find("in use") != std::string::npos);
}

TEST_CASE("a data directory that cannot be made is one clear line and an exit status") {
  cluster all;
  const auto file = all.directory() / "file";
  std::ofstream{file} << "x";
  const auto log = failed_start({"proxy", "0", "--data", (file / "below").string()});
  CHECK(log.find(file.string()) != std::string::npos);
}

TEST_CASE("listening beyond loopback asks for an explicit word") {
  CHECK(failed_start({"proxy", "0", "--listen", "0.0.0.0"}).find("--plain-cluster")
        != std::string::npos);
  CHECK(failed_start({"node", "--client-address", "0.0.0.0"}).find("--open") != std::string::npos);
}

TEST_CASE("R5: a node that has never met a proxy says so and gives no ticket") {
  cluster all;
  all.start_proxy();
  all.kill("proxy");
  all.start_lonely_node("a");
  auto client = all.connect("a");
  CHECK(client.ask("SUBMIT -- true").starts_with("-UNAVAILABLE"));
  CHECK(client.ask("PING") == "+OK pong");
}

TEST_CASE("SIGTERM stops a proxy and a node cleanly") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  CHECK(all.stop("a") == 0);
  CHECK(all.stop("proxy") == 0);
}

TEST_CASE("MAX_NUM_NODES refuses a further node with a clear line and lets it in later") {
  cluster all;
  all.start_proxy({"--max-num-nodes", "1"});
  all.start_node("a");
  all.start_lonely_node("b");
  CHECK_FALSE(all.at("b").await("refuses this node").empty());
  all.stop("a");
  CHECK_FALSE(all.at("b").await("joined the cluster").empty());
}

TEST_CASE("the original's periods slow dispatch and results and lose nothing") {
  cluster all;
  all.start_proxy({"--dispatch-period", "100", "--max-num-jobs-dispatch", "3",
                   "--request-result-period", "100"});
  all.start_node("a");
  auto client = all.connect("a");
  client.send("SLEEP 1\nSLEEP 1\nSLEEP 1\nSLEEP 1\nSLEEP 1\nSLEEP 1\nSLEEP 1\nSLEEP 1\nWAIT ALL\n");
  for (int i = 0; i < 8; ++i)
    REQUIRE(client.line().starts_with("+OK ticket="));
  CHECK(client.line() == "+OK count=8 done=8 failed=0");
}
