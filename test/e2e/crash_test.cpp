#include "cluster.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

using namespace evenkeel::test;

namespace {

const std::string short_job = "SUBMIT -- sleep 0.05; echo $EVENKEEL_TICKET";

/// Every ticket has its own result, asked at `node`; a wait is repeated while the cluster
/// assembles.
void all_have_results(cluster& all, const std::string& node,
                      const std::vector<std::string>& tickets) {
  auto client = all.connect(node);
  for (const auto& ticket : tickets) {
    std::string bytes;
    std::string reply;
    do
      reply = client.ask_result("WAIT " + ticket, bytes);
    while (reply.starts_with("-UNAVAILABLE"));
    CHECK(field(reply, "state") == "done");
    CHECK(bytes == ticket + '\n');
  }
}

/// Not even as a zombie that nobody has reaped yet.
bool lives(pid_t pid) {
  std::ifstream stat{"/proc/" + std::to_string(pid) + "/stat"};
  const std::string text{std::istreambuf_iterator<char>(stat), {}};
  const auto name_end = text.rfind(')');
  return name_end != std::string::npos && text[name_end + 2] != 'Z';
}

} // namespace

TEST_CASE("a node killed under load comes back and every ticket gets its result") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  all.start_node("b");
  const auto tickets = all.submit("a", 40, short_job);
  all.kill("b");
  all.start_node("b");
  all_have_results(all, "b", tickets);
}

TEST_CASE("R18: no home call with a ticket is lost when its node is killed") {
  cluster all;
  all.start_proxy({"--home-calls", "100000"}); // short on any machine
  all.start_node("a");
  all.start_node("b");
  for (const auto* name : {"a", "b"}) {
    auto client = all.connect(name);
    std::string bytes;
    for (int i = 0; i < 4; ++i) // of which three show that they are short
      client.ask("CALL -- echo text");
    CHECK(client.ask("WAIT ALL").starts_with("+OK"));
    for (auto line = client.line(); line != "."; line = client.line())
      REQUIRE(line != "<closed>");
    client.ask("CALL -- echo text");
    CHECK(field(client.ask_result("WAIT LAST", bytes), "node") == name);
  }
  constexpr int sent = 3'000;
  constexpr int read = 500;
  std::vector<std::string> tickets;
  {
    auto client = all.connect("a");
    std::string requests;
    for (int i = 0; i < sent; ++i)
      requests += "CALL -- echo " + std::to_string(i) + "\n";
    client.send(requests);
    for (int i = 0; i < read; ++i)
      tickets.push_back(field(client.line(), "ticket"));
    all.kill("a");
  }
  all.start_node("a");
  auto client = all.connect("a");
  for (int i = 0; i < read; ++i) {
    std::string bytes;
    const auto reply = client.ask_result("WAIT " + tickets[static_cast<std::size_t>(i)], bytes);
    CHECK(field(reply, "state") == "done");
    CHECK(bytes == std::to_string(i));
  }
}

TEST_CASE("a lost attempt stands in the log of the proxy under its ticket") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  const auto started = (all.directory() / "started").string();
  const auto job = "SUBMIT -- touch " + started
                   + "; [ $EVENKEEL_ATTEMPT = 2 ] || sleep 1000; echo $EVENKEEL_TICKET";
  const auto ticket = all.submit("a", 1, job).front();
  while (!std::filesystem::exists(started)) {
  }
  all.kill("a");
  all.start_node("a");
  CHECK_FALSE(
      all.at("proxy").await("job " + ticket + ": attempt 1 was lost with executor a").empty());
  all_have_results(all, "a", {ticket});
}

TEST_CASE("a node that stays away loses its jobs to the others when its grace is over") {
  cluster all;
  all.start_proxy({"--grace", "200"});
  all.start_node("a");
  all.start_node("b");
  const auto tickets = all.submit("a", 30, short_job);
  all.kill("b");
  all_have_results(all, "a", tickets);
}

TEST_CASE("R10: a node that is dead for good is retired and its jobs run no more") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  all.start_node("b");
  const auto ticket = all.submit("b", 1, "SUBMIT -- sleep 1000").front();
  all.await_state("b", ticket, "running");
  const auto code = ticket.substr(0, ticket.find('-'));
  auto client = all.connect("a");
  CHECK(client.ask("RETIRE " + code).starts_with("-CONFLICT"));
  all.kill("b");
  while (client.ask("RETIRE " + code) != "+OK code=" + code) {
  }
  CHECK(client.ask("STATUS " + ticket)
        == "-UNAVAILABLE ticket=" + ticket + " no node with tickets " + code
               + "-... is known here");
  CHECK(client.ask("WAIT LAST").starts_with("-CONFLICT"));
}

TEST_CASE("the home of the jobs is killed and keeps its word after its restart") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  all.start_node("b");
  const auto tickets = all.submit("a", 40, short_job);
  all.kill("a");
  all.start_node("a");
  all_have_results(all, "a", tickets);
}

TEST_CASE("a proxy killed under load comes back and every ticket gets its result") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  all.start_node("b");
  const auto tickets = all.submit("a", 40, short_job);
  all.kill("proxy");
  all.start_proxy();
  all_have_results(all, "a", tickets);
}

TEST_CASE("R1: a proxy that lost its whole disk loses no ticket and no result") {
  cluster all;
  all.start_proxy({"--grace", "1000"});
  all.start_node("a");
  all.start_node("b");
  const auto tickets = all.submit("a", 40, short_job);
  all.kill("proxy");
  std::filesystem::remove_all(all.data("proxy"));
  all.start_proxy({"--grace", "1000"});
  all_have_results(all, "b", tickets);
}

TEST_CASE("tickets are given while the proxy is away and their jobs run when it is back") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  all.kill("proxy");
  const auto tickets = all.submit("a", 10, short_job);
  CHECK(std::set<std::string>(tickets.begin(), tickets.end()).size() == 10);
  all.start_proxy();
  all_have_results(all, "a", tickets);
}

TEST_CASE("everything is killed at once and comes back in another order") {
  cluster all;
  all.start_proxy({"--grace", "1000"});
  all.start_node("a");
  all.start_node("b");
  const auto tickets = all.submit("a", 40, short_job);
  for (const auto* name : {"proxy", "a", "b"})
    all.kill(name);
  all.start_lonely_node("b");
  all.start_lonely_node("a");
  all.start_proxy({"--grace", "1000"});
  all_have_results(all, "b", tickets);
}

TEST_CASE("R17: what a killed node left running is ended before it runs anything again") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  const auto pid_file = all.directory() / "pid";
  const auto ticket =
      all.submit("a", 1, "SUBMIT -- echo $$ > " + pid_file.string() + "; exec sleep 1000").front();
  all.await_state("a", ticket, "running");
  pid_t job = 0;
  while (!(std::ifstream(pid_file) >> job)) {
  }
  all.kill("a");
  CHECK(lives(job));
  all.start_lonely_node("a");
  CHECK(all.at("a").log().find("ended what an earlier life") != std::string::npos);
  CHECK_FALSE(lives(job));
}

TEST_CASE("no more commands run at a time than there are slots, however short they are") {
  cluster all;
  all.start_proxy();
  all.start_node("a"); // two slots
  const auto file = all.directory() / "runs";
  auto client = all.connect("a");
  std::string bytes;
  const auto command = "SUBMIT -- echo + >> " + file.string() + "; echo - >> " + file.string();
  for (int i = 0; i < 3; ++i) // so many that they are started ahead
    for (const auto& ticket : all.submit("a", 200, command))
      CHECK(field(client.ask_result("WAIT " + ticket, bytes), "state") == "done");
  std::ifstream lines{file};
  int running = 0;
  int most = 0;
  int ended = 0;
  for (std::string line; std::getline(lines, line);) {
    running += line == "+" ? 1 : -1;
    ended += line == "-" ? 1 : 0;
    most = std::max(most, running);
  }
  CHECK(most <= 2);
  CHECK(ended == 600);
}

TEST_CASE("slots pass from job to job of all kinds, also from and to those that are cancelled") {
  cluster all;
  all.start_proxy();
  all.start_node("a"); // two slots
  const auto file = all.directory() / "runs";
  const auto mark = " >> " + file.string();
  auto client = all.connect("a");
  std::vector<std::string> tickets;
  std::vector<std::string> cancelled;
  for (int round = 0; round < 40; ++round) {
    const auto submit = [&](const std::string& request) {
      for (auto& ticket : all.submit("a", 5, request))
        tickets.push_back(std::move(ticket));
    };
    submit("SUBMIT -- echo +" + mark + "; echo -" + mark);
    submit("SLEEP 1");
    submit("SUBMIT -- echo +" + mark + "; echo -" + mark);
    submit("CALL -- primes 10");
    for (const auto& ticket : all.submit("a", 3, "SUBMIT -- exec sleep 1000"))
      cancelled.push_back(ticket);
    for (std::size_t i = cancelled.size() - 3; i < cancelled.size(); ++i)
      client.ask("CANCEL " + cancelled[i]);
  }
  std::string bytes;
  for (const auto& ticket : tickets)
    CHECK(field(client.ask_result("WAIT " + ticket, bytes), "state") == "done");
  for (const auto& ticket : cancelled)
    CHECK(field(client.ask_result("WAIT " + ticket, bytes), "state") == "cancelled");
  std::ifstream lines{file};
  int running = 0;
  int most = 0;
  for (std::string line; std::getline(lines, line);) {
    running += line == "+" ? 1 : -1;
    most = std::max(most, running);
  }
  CHECK(running == 0);
  CHECK(most <= 2);
  // Both slots are free: one alone would wait for ever.
  const auto meeting = (all.directory() / "meeting").string();
  CHECK(std::system(("mkfifo " + meeting).c_str()) == 0);
  const auto waits = all.submit("a", 1, "SUBMIT -- read line < " + meeting).front();
  const auto comes = all.submit("a", 1, "SUBMIT -- echo here > " + meeting).front();
  for (const auto& ticket : {waits, comes})
    CHECK(field(client.ask_result("WAIT " + ticket, bytes), "state") == "done");
}

TEST_CASE("R3: a once job that was running on a killed node is lost and not started again") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  const auto runs = all.directory() / "runs";
  const auto ticket =
      all.submit("a", 1, "SUBMIT once=1 -- echo x >> " + runs.string() + "; exec sleep 1000")
          .front();
  std::string started;
  while (!(std::ifstream(runs) >> started)) {
  }
  all.kill("a");
  all.start_node("a");
  auto client = all.connect("a");
  CHECK(field(client.ask("WAIT " + ticket + " none"), "state") == "lost");
  std::ifstream again{runs};
  CHECK(std::string{std::istreambuf_iterator<char>(again), {}} == "x\n");
}

TEST_CASE("a node that is stopped ends what its jobs have detached") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  const auto pid_file = all.directory() / "pid";
  all.submit("a", 1,
             "SUBMIT -- setsid sh -c 'echo $$ > " + pid_file.string()
                 + "; exec sleep 1000' >/dev/null 2>&1 & until test -s " + pid_file.string()
                 + "; do sleep 0.01; done");
  pid_t detached = 0;
  while (!(std::ifstream(pid_file) >> detached)) {
  }
  CHECK(lives(detached));
  CHECK(all.stop("a") == 0);
  CHECK(all.at("a").log().find("ended what a job left running") != std::string::npos);
  CHECK_FALSE(lives(detached));
}

TEST_CASE("a node that is stopped tells those who wait at it") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  all.start_node("b");
  const auto ticket = all.submit("a", 1, "SUBMIT -- exec sleep 1000").front();
  all.await_state("a", ticket, "running");
  auto at_home = all.connect("a");
  auto elsewhere = all.connect("b");
  at_home.send("PING\nWAIT " + ticket + "\n");
  elsewhere.send("PING\nWAIT " + ticket + "\n");
  CHECK(at_home.line() == "+OK pong");
  CHECK(elsewhere.line() == "+OK pong");
  for (const auto* node : {"a", "b"}) // whose answer comes behind that the WAIT has been taken
    all.await_state(node, ticket, "running");
  const auto stopping = "-UNAVAILABLE ticket=" + ticket + " this node is stopping";
  all.at("b").signal(SIGTERM);
  CHECK(elsewhere.line().substr(0, stopping.size()) == stopping);
  all.at("a").signal(SIGTERM);
  CHECK(at_home.line().substr(0, stopping.size()) == stopping);
}

TEST_CASE("a job submitted again with its key after a kill is the same job") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  const auto runs = all.directory() / "runs";
  const auto request = "SUBMIT key=pay%204711 -- echo x >> " + runs.string();
  const auto ticket = all.submit("a", 1, request).front();
  all.kill("a");
  all.start_node("a");
  auto client = all.connect("a");
  CHECK(client.ask(request) == "+OK ticket=" + ticket + " existing=1");
  CHECK(field(client.ask("WAIT LAST none"), "state") == "done");
  client.line(); // the empty output
  CHECK(client.ask(request) == "+OK ticket=" + ticket + " existing=1");
  CHECK(field(client.ask("STATUS " + ticket), "key") == "pay%204711");
}

TEST_CASE("R4: a node that is stopped gives its jobs to the others without counting an attempt") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  const auto ticket = all.submit("a", 1, "SUBMIT -- exec sleep 1000").front();
  all.await_state("a", ticket, "running");
  all.start_node("b");
  CHECK(all.stop("a") == 0);
  all.start_node("a");
  all.await_state("b", ticket, "running");
  auto client = all.connect("b");
  CHECK(field(client.ask("STATUS " + ticket), "node") == "b");
  CHECK(client.ask("CANCEL " + ticket) == "+OK ticket=" + ticket + " state=cancelled");
}
