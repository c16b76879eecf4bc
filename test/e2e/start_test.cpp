#include "cluster.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

using namespace evenkeel::test;

namespace {

/// An environment variable for the processes that are started while it lives.
class variable {
public:
  variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  variable(const variable&) = delete;
  variable& operator=(const variable&) = delete;
  ~variable() { ::unsetenv(name_); }

private:
  const char* name_;
};

/// The soft limit of open files for the processes that are started while it lives.
class few_open_files {
public:
  explicit few_open_files(rlim_t most) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{most, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  few_open_files(const few_open_files&) = delete;
  few_open_files& operator=(const few_open_files&) = delete;
  ~few_open_files() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  [[nodiscard]] rlim_t hard() const { return before_.rlim_max; }

private:
  rlimit before_{};
};

rlim_t open_files_allowed(pid_t pid) {
  rlimit limit{};
  REQUIRE(::prlimit(pid, RLIMIT_NOFILE, nullptr, &limit) == 0);
  return limit.rlim_cur;
}

} // namespace

TEST_CASE("proxy and node may open as many files as the hard limit allows") {
  cluster all;
  const few_open_files few{100};
  all.start_proxy();
  all.start_node("a");
  CHECK(open_files_allowed(all.at("proxy").pid()) == few.hard());
  CHECK(open_files_allowed(all.at("a").pid()) == few.hard());
}

TEST_CASE("a wrong option is one clear line and an exit status") {
  CHECK(failed_start({"node", "--slots", "none"}, 2).find("--slots") != std::string::npos);
  CHECK(failed_start({"frobnicate"}, 2).find("frobnicate") != std::string::npos);
}

TEST_CASE("a number that is none, too large, or not there at all is refused") {
  for (const auto* option : {"--max-open-jobs", "--max-clients", "--max-clients-per-token",
                             "--capture-limit", "--disk-reserve", "--max-client-bytes", "--slots"})
    for (const auto* value : {"", "-1", "nan", "18446744073709551616"})
      CHECK(has(failed_start({"node", option, value}, 2), option));
  CHECK(has(failed_start({"proxy", "--grace", ""}, 2),
            "'' is not a whole number from 0 to 4294967295"));
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
  const auto proxy = failed_start({"proxy", "0", "--listen", "0.0.0.0"}, 2);
  CHECK(proxy.find("--plain-cluster") != std::string::npos);
  CHECK(proxy.find("--tls-cert, --tls-key and --tls-ca (evenkeel certs") != std::string::npos);
  const auto refusal = failed_start({"node", "--client-address", "0.0.0.0"}, 2);
  CHECK(refusal.find("--open") != std::string::npos);
  CHECK(refusal.find("--tokens FILE") != std::string::npos);
}

TEST_CASE("a value that an option cannot have is one clear line that names it and exit status 2") {
  const std::vector<std::vector<std::string>> wrong{
      {"--listen", "proxy", "0", "--listen", "foo"},
      {"--advertise", "proxy", "0", "--advertise", "0.0.0.0"},
      {"--advertise", "proxy", "0", "--advertise", "::"},
      {"--data", "proxy", "0", "--data", ""},
      {"--data", "node", "--data", ""},
      {"--data", "check", "--data", ""},
      {"--tls-cert", "node", "--tls-cert", ""},
      {"--max-open-jobs", "node", "--max-open-jobs", "-1"},
      {"--disk-reserve", "node", "--disk-reserve", "-1"},
      {"--connect", "bench", "--connect", "127.0.0.1"},
      {"--job", "bench", "--job", "PING"},
      {"--job", "bench", "--job", "SUBMIT until=E"},
      {"--faults", "sim", "--faults", "bogus"},
      {"--seed", "sim", "--seed", "-1"},
      {"code", "retire", "two words"},
      {"--tokens", "node", "--tokens", "/dev/null"},
      {"--open", "node", "--tokens", "/dev/null", "--open"},
      {"name", "token", "a/b"},
      {"--rights", "token", "ana", "--rights", "write"},
      {"--log-level", "proxy", "0", "--log-level", "loud"},
  };
  for (const auto& one : wrong) {
    const auto log = failed_start({one.begin() + 1, one.end()}, 2);
    INFO(log);
    CHECK(log.starts_with("evenkeel: " + one.front()));
    CHECK(log.find('\n') + 1 == log.size());
  }
}

TEST_CASE("a node named proxy does not take the directory of the proxy") {
  CHECK(failed_start({"node", "--name", "proxy"}, 2).find("--data") != std::string::npos);
}

TEST_CASE("a log level on the command line wins over VERBOSE") {
  const variable verbose{"VERBOSE", "1"};
  cluster all;
  all.start_proxy({"--log-level", "info"});
  all.start_node("a", {"--log-level=info"});
  all.connect("a").ask("PING");
  CHECK(all.stop("a") == 0);
  CHECK(all.at("a").log().find(" debug ") == std::string::npos);
}

TEST_CASE("a verbose proxy tells what passes through it") {
  const variable verbose{"EVENKEEL_VERBOSE", "1"};
  cluster all;
  all.start_proxy();
  all.start_node("a");
  auto client = all.connect("a");
  CHECK(client.ask("SUBMIT -- true").starts_with("+OK"));
  CHECK_FALSE(all.at("proxy").await(" 1 to run (a 1)").empty());
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
  CHECK(all.connect("b")
            .ask("SUBMIT -- true")
            .starts_with("-UNAVAILABLE the proxy refuses this node: "));
  all.stop("a");
  CHECK_FALSE(all.at("b").await("joined the cluster").empty());
  CHECK(all.connect("b").ask("SUBMIT -- true").starts_with("+OK ticket="));
}

TEST_CASE("a refused node that was a member before goes on taking submissions") {
  cluster all;
  all.start_proxy({"--max-num-nodes", "1"});
  all.start_node("a");
  all.stop("a");
  all.start_node("b");
  all.start_lonely_node("a");
  CHECK_FALSE(all.at("a").await("refuses this node").empty());
  CHECK(all.connect("a").ask("SUBMIT -- true").starts_with("+OK ticket="));
}

TEST_CASE("a node that takes a client port for the proxy is told so in words") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  process lost{{"node", "127.0.0.1", all.port("a"), "--client-port", "0", "--data",
                all.data("lost").string()}};
  CHECK_FALSE(lost.await("does not answer as a proxy").empty());
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
