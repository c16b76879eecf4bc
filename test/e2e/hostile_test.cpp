// The cluster port by TLS against whoever can reach it, under load. EVENKEEL_HOSTILE=10000 is the
// full run; EVENKEEL_SEED another history.
#include "hostile_bytes.hpp"
#include "tls_parts.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace evenkeel::test;

namespace {

namespace asio = boost::asio;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const auto* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::stoull(text);
}

/// Of /proc/PID/status, in KiB.
std::uint64_t resident_kib(pid_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/status"};
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("VmRSS:"))
      return std::stoull(line.substr(6));
  return 0;
}

std::size_t open_files(pid_t pid) {
  std::size_t found = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd"))
    found += entry.path().empty() ? 0U : 1U;
  return found;
}

/// CPU time, user and system, in clock ticks: what a process does, however busy the machine is.
std::uint64_t cpu_ticks(pid_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  std::string line;
  std::getline(file, line);
  std::istringstream fields{line.substr(line.rfind(')') + 1)};
  for (int skipped = 0; skipped < 11; ++skipped)
    fields >> line;
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  fields >> user >> system;
  return user + system;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++found;
  return found;
}

/// Connections that say nothing.
class silent_crowd {
public:
  silent_crowd(const std::string& port, std::size_t size) {
    const asio::ip::tcp::endpoint where{asio::ip::address_v4::loopback(),
                                        static_cast<std::uint16_t>(std::stoul(port))};
    for (std::size_t i = 0; i < size; ++i)
      all_.emplace_back(context_).connect(where);
  }
  /// Waits until the first of them is closed by the other side.
  void await_first_closed() { await_closed(all_.front()); }
  /// Every other one says the first byte of a TLS record, and no more.
  void begin_handshakes() {
    for (std::size_t i = 0; i < all_.size(); i += 2)
      all_[i].write_some(asio::buffer("\x16", 1));
  }
  void await_all_closed() {
    for (auto& one : all_)
      await_closed(one);
  }

private:
  static void await_closed(asio::ip::tcp::socket& one) {
    char byte = 0;
    boost::system::error_code error;
    one.read_some(asio::buffer(&byte, 1), error);
    CHECK(error);
  }

  asio::io_context context_;
  std::vector<asio::ip::tcp::socket> all_;
};

struct fixture {
  fixture() {
    // Freed memory that AddressSanitizer holds back, up to 256 MiB, is no growth of ours.
    ::setenv("ASAN_OPTIONS", "quarantine_size_mb=2", 0);
    all.start_proxy(ours.options("proxy"));
    all.start_node("a", ours.options("a"));
    all.start_node("b", ours.options("b"));
  }

  void submit() {
    const auto more = all.submit("a", 4, "SUBMIT -- echo $EVENKEEL_TICKET");
    tickets.insert(tickets.end(), more.begin(), more.end());
  }

  /// Hostile bytes at this port, of this process, while jobs are submitted.
  void attack(const std::string& port, pid_t pid) {
    constexpr std::uint64_t most_growth_kib = 32 * 1024;
    const auto seed = number_from("EVENKEEL_SEED", 1);
    const auto rounds = number_from("EVENKEEL_HOSTILE", 300);
    INFO("EVENKEEL_SEED=" << seed);
    hostile_bytes bytes{seed};
    std::uint64_t before = 0;
    for (std::uint64_t i = 0; i < rounds; ++i) {
      if (i % 10 == 0)
        submit();
      if (i % 50 == 7) // what a peer would say, from one that is none
        CHECK_FALSE(speak_tls(port, others.cert("x"), others.key("x"), basp_hello()));
      else
        speak_plainly(port, bytes.next(), bytes.below(2) == 0);
      if (i == rounds / 4)
        before = resident_kib(pid);
    }
    const auto after = resident_kib(pid);
    INFO("KiB resident: " << before << ", then " << after);
    CHECK(after < before + most_growth_kib);
  }

  void all_have_results() {
    auto client = all.connect("b");
    for (const auto& ticket : tickets) {
      std::string bytes;
      CHECK(field(client.ask_result("WAIT " + ticket, bytes), "state") == "done");
      CHECK(bytes == ticket + '\n');
    }
  }

  cluster all;
  authority ours{all.directory() / "certs"};
  authority others{all.directory() / "other-certs"};
  std::vector<std::string> tickets;
};

} // namespace

TEST_CASE_FIXTURE(fixture,
                  "hostile bytes at the cluster port cost no job and no link and no memory") {
  attack(all.port("proxy"), all.at("proxy").pid());
  all_have_results();
  CHECK(count(all.at("proxy").log(), "joined with") == 2); // no link was ever lost
  CHECK(all.stop("proxy") == 0);
}

TEST_CASE_FIXTURE(fixture, "hostile bytes at a host's port cost no job and no link and no memory") {
  process host(
      with({"host", "--port", "0", "--data", all.data("host").string()}, ours.options("host")));
  const auto ready = host.await("host is ready on");
  const auto port = ready.substr(ready.rfind(':') + 1);
  const auto order = [&](const std::vector<std::string>& words) {
    return process(with(with(words, {"--proxy-port", all.port("proxy")}), ours.options("operator")))
        .wait();
  };
  CHECK(order({"spawn", "127.0.0.1:" + port, "--name", "c", "--client-port", "0"}) == 0);
  host.await("joined the cluster as");
  attack(port, host.pid());
  all_have_results();
  CHECK(count(all.at("proxy").log(), "joined with") == 3);
  CHECK(order({"despawn", "c"}) == 0); // it still listens to who may speak
  CHECK_FALSE(all.at("proxy").await("node 'c' has ended, as it was told to").empty());
  host.signal(SIGTERM);
  CHECK(host.wait() == 0);
}

TEST_CASE("hostile bytes at a plain port end the proxy at worst, which has lost nothing then") {
  cluster all;
  const std::vector<std::string> options{"--grace", "1000"};
  all.start_proxy(options);
  all.start_node("a");
  all.start_node("b");
  std::vector<std::string> tickets;
  hostile_bytes bytes{1};
  for (int life = 0; life < 3; ++life) {
    tickets = with(tickets, all.submit("a", 20, "SUBMIT -- echo $EVENKEEL_TICKET"));
    speak_plainly(all.port("proxy"), life == 0 ? basp_hello() : bytes.next(), false);
    all.kill("proxy"); // if it has not ended by that
    all.start_proxy(options);
  }
  auto client = all.connect("a");
  for (const auto& ticket : tickets) {
    std::string result;
    CHECK(field(client.ask_result("WAIT " + ticket, result), "state") == "done");
    CHECK(result == ticket + '\n');
  }
}

TEST_CASE_FIXTURE(fixture, "connections that say nothing are not kept") {
  submit();
  silent_crowd crowd{all.port("proxy"), 400};
  crowd.await_first_closed();
  submit();
  all.start_node("c", ours.options("c"));
  submit();
  CHECK(open_files(all.at("proxy").pid()) < 400);
  CHECK(all.stop("c") == 0);
  all_have_results();
}

TEST_CASE_FIXTURE(fixture, "connections that say too little cost no work, and are closed by time") {
  constexpr std::uint64_t most_ticks = 50; // with CAF's own port one of them cost 24 a second
  const auto proxy = all.at("proxy").pid();
  const auto before = cpu_ticks(proxy);
  silent_crowd crowd{all.port("proxy"), 8};
  crowd.begin_handshakes();
  crowd.await_all_closed(); // nobody else connects meanwhile
  CHECK(cpu_ticks(proxy) - before < most_ticks);
  CHECK_FALSE(all.at("proxy").await("its handshake took too long").empty());
  submit();
  all_have_results();
  CHECK(count(all.at("proxy").log(), "joined with") == 2);
}
