#include "cluster.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

using namespace evenkeel::test;

namespace {

struct small_cluster : cluster {
  small_cluster() {
    start_proxy();
    start_node("a");
    start_node("b");
  }
};

/// What a shell command prints.
std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe{popen(command.c_str(), "r"), pclose};
  std::string text;
  std::array<char, 4096> buffer{};
  while (const auto size = fread(buffer.data(), 1, buffer.size(), pipe.get()))
    text.append(buffer.data(), size);
  return text;
}

} // namespace

TEST_CASE("a whole round trip with nc") {
  small_cluster all;
  const auto text = output_of("printf '%s\\n' 'SUBMIT -- echo hello' 'WAIT LAST' QUIT | nc "
                              "127.0.0.1 "
                              + all.port("a"));
  CHECK(text.find("+OK ticket=") == 0);
  CHECK(text.find("state=done exit=0 attempt=1") != std::string::npos);
  CHECK(text.find("bytes=6\nhello\n\n+OK bye\n") != std::string::npos);
}

TEST_CASE("every node answers for every ticket") {
  small_cluster all;
  const auto ticket = all.submit("a", 1, "SUBMIT -- echo out; echo err >&2; exit 3").front();
  auto client = all.connect("b");
  std::string bytes;
  const auto reply = client.ask_result("WAIT " + ticket + " both", bytes);
  CHECK(field(reply, "state") == "failed");
  CHECK(field(reply, "exit") == "3");
  CHECK(bytes == "out\nerr\n");
  CHECK(client.ask("FORGET " + ticket) == "+OK ticket=" + ticket);
  CHECK(client.ask("STATUS " + ticket).starts_with("-NOT_FOUND ticket=" + ticket));
}

TEST_CASE("R15: a ticket whose home is down is unavailable, never not found") {
  small_cluster all;
  const auto ticket = all.submit("a", 1, "SUBMIT -- true").front();
  all.kill("a");
  auto client = all.connect("b");
  std::string reply;
  do
    reply = client.ask("STATUS " + ticket);
  while (reply.starts_with("+OK")); // until the proxy has noticed
  CHECK(reply.starts_with("-UNAVAILABLE ticket=" + ticket));
}

TEST_CASE("replies that are due are written after the client has half-closed") {
  small_cluster all;
  auto client = all.connect("a");
  client.send("SUBMIT -- sleep 0.1; echo late\nWAIT LAST\n");
  client.half_close();
  CHECK(client.rest().find("\nlate\n") != std::string::npos);
}

TEST_CASE("a last line that was cut short is not executed") {
  small_cluster all;
  auto client = all.connect("a");
  client.send("SUBMIT -- echo cut");
  client.half_close();
  CHECK(client.rest().starts_with("-BAD_REQUEST"));
}

TEST_CASE("a web page cannot run commands") {
  small_cluster all;
  auto client = all.connect("a");
  client.send("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSUBMIT -- echo pwned\n");
  const auto text = client.rest();
  CHECK(text.starts_with("-DENIED"));
  CHECK(text.find("+OK") == std::string::npos);
}

TEST_CASE("who is turned away is told so, also when its request was there already") {
  cluster all;
  all.start_proxy();
  all.start_node("a", {"--max-clients", "1"});
  auto first = all.connect("a");
  REQUIRE(first.ask("PING") == "+OK pong");
  all.at("a").signal(SIGSTOP);
  boost::asio::ip::tcp::iostream second{"127.0.0.1", all.port("a")};
  second << "PING\n" << std::flush;
  all.at("a").signal(SIGCONT);
  std::string line;
  std::getline(second, line);
  CHECK(line == "-BUSY too many connections; try later");
  std::getline(second, line);
  CHECK(second.error() == boost::asio::error::eof); // not a reset, which could have taken it away
  second.close();
  CHECK(first.ask("QUIT") == "+OK bye");
}

TEST_CASE("the original's session works unchanged") {
  small_cluster all;
  auto client = all.connect("a");
  const auto reply = client.ask("20");
  REQUIRE(reply.starts_with("Ticket ID: "));
  const auto ticket = reply.substr(reply.find(": ") + 2);
  CHECK(client.ask("12x") == "Please enter a valid number.");
  client.ask("WAIT " + ticket + " none");
  client.line();
  CHECK(client.ask("r" + ticket).starts_with("Result: Executed Job[" + ticket + "] for 20 millis"));
  CHECK(client.ask("getall") == "Results");
  CHECK(client.line().starts_with(ticket + " -> Executed Job["));
  CHECK(client.line().empty());
  CHECK(client.ask("exit") == "Come back later to check your results.");
  CHECK(client.line() == "<closed>");
}

TEST_CASE("scripts, standard input and functions run") {
  small_cluster all;
  auto client = all.connect("b");
  std::string bytes;
  client.ask("SUBMIT until=EOF\n#!/bin/sh\necho script\ncat\nEOF");
  client.ask_result("WAIT LAST", bytes);
  CHECK(bytes == "script\n");
  client.ask("SUBMIT bytes=3 -- wc -c\nabc");
  client.ask_result("WAIT LAST", bytes);
  CHECK(bytes == "3\n");
  client.ask("CALL -- primes 100");
  client.ask_result("WAIT LAST", bytes);
  CHECK(bytes == "25");
}

TEST_CASE("a cancelled command is stopped and stays cancelled") {
  small_cluster all;
  const auto ticket = all.submit("a", 1, "SUBMIT -- exec sleep 1000").front();
  all.await_state("a", ticket, "running");
  auto client = all.connect("b");
  CHECK(client.ask("CANCEL " + ticket) == "+OK ticket=" + ticket + " state=cancelled");
  CHECK(client.ask("CANCEL " + ticket) == "+OK ticket=" + ticket + " state=cancelled");
  CHECK(field(client.ask("WAIT " + ticket + " none"), "state") == "cancelled");
}

TEST_CASE("a thousand pipelined jobs all come back and the load was even") {
  small_cluster all;
  auto client = all.connect("a");
  std::string lines;
  for (int i = 0; i < 1000; ++i)
    lines += "CALL -- noop\n";
  client.send(lines + "WAIT ALL\n");
  for (int i = 0; i < 1000; ++i)
    REQUIRE(client.line().starts_with("+OK ticket="));
  CHECK(client.line() == "+OK count=1000 done=1000 failed=0");
}

TEST_CASE("large output comes back whole through the proxy and beyond the limit it is cut") {
  small_cluster all;
  const auto ticket =
      all.submit("a", 1, "SUBMIT -- head -c 1000000 /dev/zero; head -c 2000000 /dev/zero >&2")
          .front();
  auto client = all.connect("b");
  std::string bytes;
  const auto reply = client.ask_result("WAIT " + ticket + " both", bytes);
  CHECK(field(reply, "out") == "1000000");
  CHECK(field(reply, "err") == "1048576");
  CHECK(field(reply, "truncated") == "1");
  CHECK(bytes.size() == 2048576);
}
