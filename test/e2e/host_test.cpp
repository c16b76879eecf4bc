// Nodes that the proxy spawns on a host.
#include "test/persistence/store_places.hpp"
#include "tls_parts.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

using namespace evenkeel::test;

namespace {

/// What follows the last colon of a log line: a port.
std::string port_in(const std::string& line) {
  return line.substr(line.rfind(':') + 1);
}

std::unique_ptr<process> start_host(const std::string& data, const std::string& port,
                                    const std::vector<std::string>& options = {}) {
  return std::make_unique<process>(with({"host", "--port", port, "--data", data}, options));
}

} // namespace

TEST_CASE("a spawned node is there again with its tickets when its host was killed") {
  const scratch_directory directory;
  const auto data = directory.path("host");
  evenkeel::scenario::port_reserve ports;
  const auto host_port = std::to_string(ports.take());
  auto host = start_host(data, host_port);
  host->await("host is ready on");
  process proxy({"proxy", "0", "--data", directory.path("proxy")});
  const auto proxy_port = port_in(proxy.await("proxy is ready on"));
  process spawn({"spawn", "127.0.0.1:" + host_port, "--name", "a", "--slots", "1", "--client-port",
                 "0", "--proxy-port", proxy_port});
  CHECK(spawn.wait() == 0);
  auto client_port = port_in(host->await("node 'a' is ready for clients on"));
  host->await("joined the cluster as");
  std::string bytes;
  std::string ticket;
  {
    session client{client_port};
    ticket = field(client.ask("SUBMIT -- echo once only"), "ticket");
    CHECK(field(client.ask_result("WAIT " + ticket, bytes), "state") == "done");
  }
  host->signal(SIGKILL);
  host->wait();
  host = start_host(data, host_port);
  client_port = port_in(host->await("node 'a' is ready for clients on"));
  session client{client_port};
  CHECK(field(client.ask_result("RESULT " + ticket, bytes), "state") == "done");
  CHECK(bytes == "once only\n");
  host->signal(SIGTERM);
  CHECK(host->wait() == 0);
}

TEST_CASE("a despawned node is not spawned again, and its name is free for another") {
  const scratch_directory directory;
  const auto host = start_host(directory.path("host"), "0");
  const auto host_port = port_in(host->await("host is ready on"));
  process proxy({"proxy", "0", "--data", directory.path("proxy")});
  const auto proxy_port = port_in(proxy.await("proxy is ready on"));
  const std::vector<std::string> spawn_a{
      "spawn", "127.0.0.1:" + host_port, "--name",  "a", "--client-port",
      "0",     "--proxy-port",           proxy_port};
  CHECK(process(spawn_a).wait() == 0);
  host->await("joined the cluster as");
  CHECK(process({"despawn", "b", "--proxy-port", proxy_port}).wait() == 1);
  CHECK(process({"despawn", "a", "--proxy-port", proxy_port}).wait() == 0);
  proxy.await("node 'a' has ended, as it was told to");
  CHECK(process(spawn_a).wait() == 0);
  proxy.await("joined with");
  host->signal(SIGTERM);
  CHECK(host->wait() == 0);
}

TEST_CASE("hosts and their nodes work by TLS") {
  const scratch_directory directory;
  const authority ours{directory.path("certs")};
  evenkeel::scenario::port_reserve ports;
  const auto host_port = std::to_string(ports.take());
  auto host = start_host(directory.path("host"), host_port, ours.options("host"));
  host->await("host is ready on");
  process proxy(with({"proxy", "0", "--data", directory.path("proxy")}, ours.options("proxy")));
  const auto proxy_port = port_in(proxy.await("proxy is ready on"));
  const auto spawn = with({"spawn", "127.0.0.1:" + host_port, "--name", "a", "--client-port", "0",
                           "--proxy-port", proxy_port},
                          ours.options("operator"));
  CHECK(process(spawn).wait() == 0);
  auto client_port = port_in(host->await("node 'a' is ready for clients on"));
  proxy.await("joined with");
  host->signal(SIGKILL);
  host->wait();
  host = start_host(directory.path("host"), host_port, ours.options("host"));
  client_port = port_in(host->await("node 'a' is ready for clients on"));
  host->await("joined the cluster as"); // the first life may have ended before it had a code
  session client{client_port};
  std::string bytes;
  const auto ticket = field(client.ask("SUBMIT -- echo by TLS"), "ticket");
  CHECK(field(client.ask_result("WAIT " + ticket, bytes), "state") == "done");
  CHECK(bytes == "by TLS\n");
}

TEST_CASE("a host of another CA is refused with the reason and no node is spawned there") {
  const scratch_directory directory;
  const authority ours{directory.path("certs")};
  const authority others{directory.path("other-certs")};
  auto host = start_host(directory.path("host"), "0", others.options("host"));
  const auto host_port = port_in(host->await("host is ready on"));
  process proxy(
      with({"proxy", "0", "--data", directory.path("proxy"), "--spawn", "127.0.0.1:" + host_port},
           ours.options("proxy")));
  CHECK_FALSE(proxy.await("we do not trust its certificate: ").empty());
  CHECK_FALSE(host->await("refused a peer at the cluster port: 127.0.0.1:").empty());
}

TEST_CASE("a node whose proxy is a host by mistake says so and stops cleanly") {
  const scratch_directory directory;
  const authority ours{directory.path("certs")};
  for (const bool by_tls : {false, true}) {
    const auto options = [&](const std::string& name) {
      return by_tls ? ours.options(name) : std::vector<std::string>{};
    };
    const auto host = start_host(directory.path("host"), "0", options("host"));
    const auto host_port = port_in(host->await("host is ready on"));
    process node(with(
        {"node", "127.0.0.1", host_port, "--client-port", "0", "--data", directory.path("node")},
        options("node")));
    CHECK(has(node.await("cannot reach the proxy"), "does not answer as a proxy"));
    node.signal(SIGTERM);
    CHECK(node.wait() == 0);
    CHECK_FALSE(has(node.log(), "has not stopped"));
  }
}

TEST_CASE("a host beyond loopback asks for an explicit word") {
  CHECK(has(refusal({"host", "--port", "0", "--listen", "0.0.0.0"}), "--plain-cluster"));
}

TEST_CASE("a host's limits are those of each of its nodes") {
  const scratch_directory directory;
  const auto host = start_host(directory.path("host"), "0",
                               {"--max-open-jobs", "1", "--capture-limit", "3", "--max-clients",
                                "1", "--retention", "0.5", "--disk-reserve", "1M"});
  const auto host_port = port_in(host->await("host is ready on"));
  const process proxy(
      {"proxy", "0", "--data", directory.path("proxy"), "--spawn", "a=127.0.0.1:" + host_port});
  const auto client_port = port_in(host->await("node 'a' is ready for clients on"));
  session client{client_port};
  CHECK(client.ask("PING") == "+OK pong");
  session another{client_port};
  CHECK(another.line() == "-BUSY too many connections; try later");
  CHECK(has(host->await("turned away a client"), "node 'a': turned away a client at 127.0.0.1: "
                                                 "too many connections"));
  host->await("joined the cluster as");
  std::string bytes;
  const auto ticket = field(client.ask("SUBMIT -- echo 12345"), "ticket");
  CHECK(field(client.ask_result("WAIT " + ticket, bytes), "truncated") == "1");
  CHECK(bytes == "123");
  CHECK(
      client.ask("SLEEP 1000000").starts_with("+OK")); // no process that a killed host would leave
  CHECK(has(client.ask("SUBMIT -- true"), "-BUSY"));
}

TEST_CASE("the log of a host says which node a line is of, and which is despawned") {
  const scratch_directory directory;
  const auto host = start_host(directory.path("host"), "0");
  const auto host_port = port_in(host->await("host is ready on"));
  process proxy({"proxy", "0", "--data", directory.path("proxy")});
  const auto proxy_port = port_in(proxy.await("proxy is ready on"));
  CHECK(process({"spawn", "127.0.0.1:" + host_port, "--name", "a", "--client-port", "0",
                 "--proxy-port", proxy_port})
            .wait()
        == 0);
  CHECK(has(host->await("recovered 0 records"), "node 'a': recovered"));
  CHECK(has(host->await("joined the cluster as"), "node 'a': joined"));
  CHECK(process({"despawn", "a", "--proxy-port", proxy_port}).wait() == 0);
  CHECK(host->await("node 'a' is despawned: it takes no more jobs") != "");
  CHECK(host->await("node 'a' has ended") != "");
}

TEST_CASE("a host starts only with a directory that it can use, and that nobody else uses") {
  const scratch_directory directory;
  const auto host = start_host(directory.path("host"), "0");
  host->await("host is ready on");
  const auto start = [](const std::string& data) {
    return failed_start({"host", "--port", "0", "--data", data});
  };
  CHECK(has(start(directory.path("host")),
            "is in use by another process (pid " + std::to_string(host->pid()) + ")"));
  process proxy({"proxy", "0", "--data", directory.path("proxy")});
  proxy.await("proxy is ready on");
  CHECK(has(start(directory.path("proxy")), "is the data directory of a node or a proxy"));
  std::ofstream{directory.path("file")} << "no directory";
  CHECK(has(start(directory.path("file")), "Not a directory"));
  std::filesystem::create_directory(directory.path("foreign"));
  std::ofstream{directory.path("foreign/file")} << "somebody else's";
  CHECK(has(start(directory.path("foreign")), "holds something else"));
}

TEST_CASE("SIGHUP takes the tokens anew at the nodes of a host as well") {
  const scratch_directory directory;
  const auto file = directory.path("tokens");
  const std::string bob =
      "bob d041bd6a93d2ca13ea7c7b1d48b0ca7f1c0823ec3861c7f99d7171935f3bfd11 submit\n"; // ek_test
  const std::string ana = "ana " + std::string(64, '1') + " submit\n";
  std::ofstream{file} << bob << ana;
  const auto host = start_host(directory.path("host"), "0", {"--tokens", file});
  const auto host_port = port_in(host->await("host is ready on"));
  const process proxy(
      {"proxy", "0", "--data", directory.path("proxy"), "--spawn", "a=127.0.0.1:" + host_port});
  const auto client_port = port_in(host->await("node 'a' is ready for clients on"));
  session client{client_port};
  CHECK(client.ask("AUTH ek_test") == "+OK name=bob rights=submit");
  std::ofstream{file} << ana;
  host->signal(SIGHUP);
  CHECK(client.line() == "-DENIED this token is not valid any more; closing");
}

TEST_CASE("a name of a node that was started by hand is not given to a spawned one") {
  const scratch_directory directory;
  process proxy({"proxy", "0", "--data", directory.path("proxy")});
  const auto proxy_port = port_in(proxy.await("proxy is ready on"));
  process node({"node", "127.0.0.1", proxy_port, "--name", "a", "--client-port", "0", "--data",
                directory.path("node")});
  proxy.await("joined with");
  process spawn({"spawn", "127.0.0.1:4242", "--name", "a", "--proxy-port", proxy_port});
  CHECK(spawn.wait() == 1);
  CHECK(has(spawn.log(), "there is a node 'a' in the cluster, which is not on this proxy's list"));
}

TEST_CASE("a node of a host that never answers can be forgotten and spawned elsewhere") {
  const scratch_directory directory;
  const auto host = start_host(directory.path("host"), "0");
  const auto host_port = port_in(host->await("host is ready on"));
  process proxy({"proxy", "0", "--data", directory.path("proxy")});
  const auto proxy_port = port_in(proxy.await("proxy is ready on"));
  const auto by_proxy = [&](const std::vector<std::string>& words) {
    return process(with(words, {"--proxy-port", proxy_port})).wait();
  };
  CHECK(by_proxy({"spawn", "127.0.0.1:1", "--name", "a", "--client-port", "0"}) == 0);
  proxy.await("host 127.0.0.1:1: ");
  CHECK(by_proxy({"despawn", "a"}) == 0);
  const std::vector<std::string> elsewhere{"spawn", "127.0.0.1:" + host_port, "--name",
                                           "a",     "--client-port",          "0"};
  CHECK(by_proxy(elsewhere) == 1); // it is being despawned
  CHECK(by_proxy({"despawn", "a", "--forget"}) == 0);
  CHECK(by_proxy(elsewhere) == 0);
  CHECK_FALSE(host->await("joined the cluster as").empty());
}

TEST_CASE("two proxies do not take each other's nodes on one host") {
  const scratch_directory directory;
  const auto host = start_host(directory.path("host"), "0");
  const auto host_port = port_in(host->await("host is ready on"));
  process first({"proxy", "0", "--data", directory.path("first")});
  const auto first_port = port_in(first.await("proxy is ready on"));
  const std::vector<std::string> spawn_a{
      "spawn", "127.0.0.1:" + host_port, "--name", "a", "--client-port", "0", "--proxy-port"};
  CHECK(process(with(spawn_a, {first_port})).wait() == 0);
  first.await("joined with");
  process second({"proxy", "0", "--data", directory.path("second")});
  const auto second_port = port_in(second.await("proxy is ready on"));
  CHECK(process(with(spawn_a, {second_port})).wait() == 0);
  CHECK(has(second.await("node 'a' does not run"),
            "its name is taken there by a node of the proxy at 127.0.0.1:" + first_port));
  CHECK(process({"despawn", "a", "--proxy-port", second_port}).wait() == 0);
  second.await("node 'a' has ended");
  CHECK(process(with(spawn_a, {first_port})).wait() == 0); // it is there, as ordered
  CHECK(process({"despawn", "a", "--proxy-port", first_port}).wait() == 0);
  CHECK_FALSE(first.await("node 'a' has ended, as it was told to").empty());
  CHECK(process(with(spawn_a, {second_port})).wait() == 0);
  CHECK(second.await("its name is taken there by a node of the proxy at") != ""); // its tickets are
  CHECK(process(with(spawn_a, {first_port})).wait() == 0);
  CHECK(first.await("joined with") != "");
}

TEST_CASE("nodes on the command line that cannot be are refused") {
  const auto spawn = [](const std::string& nodes) {
    return refusal({"proxy", "0", "--spawn", nodes});
  };
  CHECK(has(spawn("a=h:1,a=i:1"), "node 'a' is in it twice"));
  CHECK(has(spawn("a=h:1,b=h:1"), "host h:1 is in it twice"));
}

TEST_CASE("a proxy that is taken for a host is none, and its log stays quiet") {
  const scratch_directory directory;
  process taken({"proxy", "0", "--data", directory.path("taken")});
  const auto port = port_in(taken.await("proxy is ready on"));
  process proxy({"proxy", "0", "--data", directory.path("proxy"), "--spawn", "127.0.0.1:" + port});
  CHECK(has(proxy.await("does not answer as a host"), "host 127.0.0.1:" + port));
  taken.signal(SIGTERM);
  CHECK(taken.wait() == 0);
  CHECK_FALSE(has(taken.log(), "unexpected"));
}
