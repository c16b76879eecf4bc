#include "tls_parts.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace evenkeel::test;

namespace {

const std::string short_job = "SUBMIT -- sleep 0.05; echo $EVENKEEL_TICKET";

struct fixture {
  cluster all;
  authority ours{all.directory() / "certs"};
  authority others{all.directory() / "other-certs"};

  void start_all() {
    all.start_proxy(ours.options("proxy"));
    all.start_node("a", ours.options("a"));
    all.start_node("b", ours.options("b"));
  }

  void all_have_results(const std::vector<std::string>& tickets) {
    auto client = all.connect("a");
    for (const auto& ticket : tickets) {
      std::string bytes;
      CHECK(field(client.ask_result("WAIT " + ticket, bytes), "state") == "done");
      CHECK(bytes == ticket + '\n');
    }
  }
};

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++found;
  return found;
}

/// Ends every connection to this port as a failing network would. False where that cannot be done.
bool reset_connections_to(const std::string& port) {
  auto* const said =
      popen(("ss -Hnt -K dst 127.0.0.1 dport = " + port + " 2>/dev/null").c_str(), "r");
  if (said == nullptr)
    return false;
  const bool some = std::fgetc(said) != EOF;
  return pclose(said) >= 0 && some;
}

} // namespace

TEST_CASE_FIXTURE(fixture, "a cluster by TLS runs jobs and survives the death of its proxy") {
  auto options = ours.options("proxy");
  options.insert(options.end(), {"--grace", "1000"});
  all.start_proxy(options);
  all.start_node("a", ours.options("a"));
  all.start_node("b", ours.options("b"));
  const auto tickets = all.submit("a", 40, short_job);
  all.kill("proxy");
  all.start_proxy(options);
  all_have_results(tickets);
}

TEST_CASE_FIXTURE(fixture, "with TLS a proxy may listen beyond loopback") {
  auto options = ours.options("proxy");
  options.insert(options.end(), {"--listen", "0.0.0.0"});
  all.start_proxy(options);
  all.start_node("a", ours.options("a"));
}

TEST_CASE_FIXTURE(fixture, "a peer without a certificate is refused with the reason") {
  all.start_proxy(ours.options("proxy"));
  CHECK_FALSE(speak_tls(all.port("proxy"), {}, {}));
  CHECK_FALSE(all.at("proxy").await("refused a peer at the cluster port: 127.0.0.1:").empty());
  CHECK_FALSE(all.at("proxy").await("peer did not return a certificate").empty());
}

TEST_CASE_FIXTURE(fixture, "a peer that signed its certificate itself is refused with the reason") {
  all.start_proxy(ours.options("proxy"));
  const auto directory = all.directory() / "other-certs";
  CHECK_FALSE(speak_tls(all.port("proxy"), directory / "ca.crt", directory / "ca.key"));
  CHECK_FALSE(all.at("proxy").await("its certificate: self-signed certificate").empty());
}

TEST_CASE_FIXTURE(fixture, "a peer with a certificate of another CA is refused with the reason") {
  all.start_proxy(ours.options("proxy"));
  CHECK_FALSE(speak_tls(all.port("proxy"), others.cert("x"), others.key("x")));
  CHECK_FALSE(all.at("proxy").await("its certificate: unable to get local issuer").empty());
  CHECK(speak_tls(all.port("proxy"), ours.cert("x"), ours.key("x"), std::string(32, '\xff')));
}

TEST_CASE_FIXTURE(fixture, "a node does not trust a proxy of another CA and says so") {
  all.start_proxy(others.options("proxy"));
  all.start_lonely_node("a", ours.options("a"));
  CHECK_FALSE(all.at("a").await("we do not trust its certificate: ").empty());
}

TEST_CASE_FIXTURE(fixture, "a node that a proxy does not trust is told so") {
  all.start_proxy(ours.options("proxy"));
  const auto both = (all.directory() / "both.crt").string(); // trusts that proxy
  std::ofstream{both} << std::ifstream{all.directory() / "certs/ca.crt"}.rdbuf()
                      << std::ifstream{all.directory() / "other-certs/ca.crt"}.rdbuf();
  auto options = others.options("a");
  options.back() = both;
  all.start_lonely_node("a", options);
  CHECK_FALSE(all.at("a").await("it refuses us: unknown CA").empty());
}

TEST_CASE_FIXTURE(fixture, "a node with TLS never talks plainly and one without never by TLS") {
  all.start_proxy(ours.options("proxy"));
  all.start_lonely_node("plain");
  CHECK_FALSE(all.at("plain").await("does not answer as a proxy").empty());
  CHECK_FALSE(all.at("proxy").await("wrong version number").empty());
  all.kill("proxy");
  all.kill("plain");
  cluster bare;
  bare.start_proxy();
  bare.start_node("a");
  process node{{"node", "127.0.0.1", bare.port("proxy"), "--client-port", "0", "--data",
                all.data("x").string(), "--tls-cert", ours.cert("x").string(), "--tls-key",
                ours.key("x").string(), "--tls-ca", (all.directory() / "certs/ca.crt").string()}};
  CHECK_FALSE(node.await("it does not speak TLS").empty());
  CHECK(bare.stop("proxy") == 0); // and has survived it
}

TEST_CASE_FIXTURE(fixture, "garbage at the cluster port costs no job and no link") {
  start_all();
  const auto tickets = all.submit("a", 40, short_job);
  for (const auto* garbage : {"GET / HTTP/1.0\r\n\r\n", "\x16\x03\x01\x02", "what is this?"})
    speak_plainly(all.port("proxy"), garbage, true);
  const auto more = all.submit("b", 40, short_job);
  for (const auto* garbage : {"", "\x15\x03\x03\x00\x02\x02\x28", "\x17\x03\x03\x00\x01x"})
    speak_plainly(all.port("proxy"), garbage, true);
  all_have_results(tickets);
  all_have_results(more);
  CHECK(count(all.at("proxy").log(), "joined with") == 2); // each once
}

TEST_CASE_FIXTURE(fixture, "a dropped link by TLS is made again and costs no job") {
  start_all();
  const auto tickets = all.submit("a", 40, short_job);
  if (!reset_connections_to(all.port("proxy"))) {
    MESSAGE("skipped: connections can be reset by root only, with ss");
    return;
  }
  CHECK_FALSE(all.at("proxy").await("its connection broke").empty());
  all_have_results(tickets);
  while (count(all.at("proxy").log(), "joined with") < 4) { // both of them again
  }
}

TEST_CASE_FIXTURE(fixture, "a node that is killed does not break the links of the others") {
  start_all();
  const auto tickets = all.submit("a", 40, short_job);
  all.kill("b");
  all.start_node("b", ours.options("b"));
  all_have_results(tickets);
  CHECK(count(all.at("a").log(), "joined the cluster") == 1);
}

TEST_CASE_FIXTURE(fixture, "TLS options that do not fit are one clear line and exit status 2") {
  const auto given = ours.options("a");
  const std::vector<std::string> node{"node", "--data", all.data("x").string()};
  const auto part = refusal(with(node, {given[0], given[1], given[2], given[3]}));
  CHECK(part.starts_with("evenkeel: --tls-ca: is missing: --tls-cert, --tls-key and --tls-ca go"));
  std::filesystem::permissions(ours.key("a"), std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const auto open = refusal(with(node, given));
  CHECK(open.starts_with("evenkeel: --tls-key: " + ours.key("a").string() + ": others"));
  CHECK(count(open, "\n") == 1);
  const auto both = refusal(with({"proxy", "0", "--plain-cluster"}, ours.options("proxy")));
  CHECK(both.starts_with("evenkeel: --plain-cluster: "));
  CHECK_FALSE(std::filesystem::exists(all.data("x")));
}

TEST_CASE("certificates are made by command and never replaced in silence") {
  cluster all;
  const auto directory = (all.directory() / "made").string();
  CHECK(process{{"certs", "init", directory}}.wait() == 0);
  CHECK(process{{"certs", "host", directory, "a"}}.wait() == 0);
  CHECK(process{{"certs", "host", directory, "a"}}.wait() == 1);
  CHECK(process{{"certs", "host", directory, "a", "--force"}}.wait() == 0);
  CHECK(process{{"certs", "host", directory, "a/b"}}.wait() == 2);
  CHECK(process{{"certs", "host", directory, "b", "c/d"}}.wait() == 2);
  CHECK_FALSE(std::filesystem::exists(directory + "/b.crt"));
  CHECK(process{{"certs", "host", directory, "b", "c"}}.wait() == 0);
  CHECK(std::filesystem::exists(directory + "/c.key"));
  CHECK(process{{"certs"}}.wait() == 2);
}
