// From bytes to requests: lines, bodies, limits, and how a session ends.
#include "client_harness.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace evenkeel;
using namespace evenkeel::core;
using namespace evenkeel::core::test;
using namespace std::string_literals;

namespace {

const job_spec& submitted_spec(const client_harness& client) {
  REQUIRE(client.asks.size() == 1);
  REQUIRE(client.asks.front().second.kind == request_kind::submit);
  return client.asks.front().second.spec;
}

} // namespace

TEST_CASE("a session says nothing before it is asked") {
  client_harness client;
  client.collect();
  CHECK(client.said().empty());
  CHECK(client.session.wants_input());
}

TEST_CASE("lines end with LF or CRLF and replies with LF") {
  client_harness client;
  client.send("PING\r\nPING\n");
  CHECK(client.said() == "+OK pong\n+OK pong\n");
  client.send("SUBMIT -- date\r\n");
  CHECK(submitted_spec(client).text == "date");
}

TEST_CASE("blank lines are silent") {
  client_harness client;
  client.send("\n\r\n  \t\nPING\n\n");
  CHECK(client.said() == "+OK pong\n");
}

TEST_CASE("VERSION names the program's and the protocol's version") {
  client_harness client;
  client.send("VERSION\n");
  CHECK(client.said() == "+OK evenkeel=1.2.3 protocol=1\n");
}

TEST_CASE("HELP gives lines and a dot") {
  client_harness client;
  client.send("HELP\nHELP wait\n");
  const auto text = client.said();
  CHECK(text.starts_with("+OK help\n"));
  CHECK(text.ends_with("\n.\n"));
  CHECK(text.find("+OK help\nWAIT <ticket>") != std::string::npos);
  client.send("HELP me\n");
  CHECK(client.said() == "-BAD_REQUEST no help on 'me': HELP alone lists what there is\n");
}

TEST_CASE("a counted body is the script, byte for byte") {
  client_harness client;
  client.send("SUBMIT bytes=12\nPING\nQUIT\n\0\n\nPING\n"s);
  CHECK(submitted_spec(client).kind == job_kind::script);
  CHECK(submitted_spec(client).body == "PING\nQUIT\n\0\n"s);
  client.answer_all();
  CHECK(client.said().ends_with("+OK pong\n"));
}

TEST_CASE("a counted body may end with CRLF, and be empty") {
  client_harness client;
  client.send("SUBMIT bytes=3 -- cat\r\nabc\r\n");
  CHECK(submitted_spec(client).has_stdin);
  CHECK(submitted_spec(client).body == "abc");
  client.answer_all();
  client.send("SUBMIT bytes=0 -- cat\n\n");
  CHECK(submitted_spec(client).body.empty());
}

TEST_CASE("a body until a word is a script typed by hand") {
  client_harness client;
  client.send("SUBMIT until=EOF\n#!/bin/sh\n\n EOF\nPING\r\neof\nEOF\nPING\n");
  CHECK(submitted_spec(client).kind == job_kind::script);
  CHECK(submitted_spec(client).body == "#!/bin/sh\n\n EOF\nPING\r\neof\n");
}

TEST_CASE("in a session of LF lines the end word with a CR is part of the script") {
  client_harness client;
  client.send("SUBMIT until=EOF\na\r\nEOF\r\nb\nEOF\n");
  CHECK(submitted_spec(client).body == "a\r\nEOF\r\nb\n");
}

TEST_CASE("a body typed with CRLF is a script with LF") {
  client_harness client;
  client.send("SUBMIT until=EOF\r\ndate\r\nid\nEOF\r\n");
  CHECK(submitted_spec(client).body == "date\nid\n");
}

TEST_CASE("a well-formed body is consumed before its request is refused") {
  client_harness client;
  client.send("SUBMIT bytes=14 nonsense\nSUBMIT -- evil\nSUBMTI until=EOF\nSUBMIT -- evil\nEOF\n");
  CHECK(client.asks.empty());
  const auto text = client.said();
  CHECK(text.starts_with("-BAD_REQUEST the command goes behind --"));
  CHECK(text.find("\n-BAD_REQUEST unknown request 'SUBMTI'") != std::string::npos);
  CHECK_FALSE(client.finished);
}

TEST_CASE("a body that no newline follows is an error and ends the session") {
  client_harness client;
  client.send("SUBMIT bytes=2\nabc\nPING\n");
  CHECK(client.asks.empty());
  CHECK(client.said().starts_with("-BAD_REQUEST no newline behind the bytes of the body"));
  CHECK(client.finished);
}

TEST_CASE("a malformed or oversized body length is an error and ends the session") {
  for (const auto* line : {"SUBMIT bytes=x\nPING\n", "SUBMIT bytes=1048577\nPING\n"}) {
    client_harness client;
    client.send(line);
    CHECK(client.said().find("pong") == std::string::npos);
    CHECK(client.finished);
  }
}

TEST_CASE("the end of input inside a body submits nothing") {
  for (const auto* bytes :
       {"SUBMIT bytes=9\nabc", "SUBMIT bytes=3\nabc", "SUBMIT bytes=3\nabc\r", "SUBMIT bytes=0\n",
        "SUBMIT until=EOF\nabc\n", "SUBMIT until=EOF\nabc\nEOF"}) {
    client_harness client;
    client.send(bytes);
    client.half_close();
    INFO(bytes);
    CHECK(client.asks.empty());
    CHECK(client.said() == "-BAD_REQUEST the input ended inside a body: nothing was submitted\n");
    CHECK(client.finished);
  }
}

TEST_CASE("a last line without a newline is not executed") {
  client_harness client;
  client.send("SUBMIT -- rm -rf /tmp/");
  client.half_close();
  CHECK(client.asks.empty());
  CHECK(client.said() == "-BAD_REQUEST the last line has no newline: it was not executed\n");
  CHECK(client.finished);
}

TEST_CASE("blanks behind the last newline are silent") {
  client_harness client;
  client.send("PING\n \r");
  client.half_close();
  CHECK(client.said() == "+OK pong\n");
  CHECK(client.finished);
}

TEST_CASE("a line of exactly the limit is taken and a longer one ends the session") {
  const client_limits limits;
  const std::string command = "SUBMIT -- ";
  client_harness client;
  client.send(command + std::string(limits.line_bytes - command.size(), 'x') + "\r\n");
  CHECK(submitted_spec(client).text.size() == limits.line_bytes - command.size());
  client.answer_all();
  client.said();
  client.send(command + std::string(limits.line_bytes + 1 - command.size(), 'x') + "\nPING\n");
  CHECK(client.asks.empty());
  CHECK(client.said() == "-TOO_BIG a line may have up to 65536 bytes; closing\n");
  CHECK(client.finished);
}

TEST_CASE("a line that never ends is noticed at the limit") {
  client_harness client;
  client.send(std::string(client_limits{}.line_bytes + 2, 'x'));
  CHECK(client.said().starts_with("-TOO_BIG "));
  CHECK(client.finished);
}

TEST_CASE("a body until a word has the same limits") {
  client_limits limits;
  limits.body_bytes = 10;
  client_harness fits{limits};
  fits.send("SUBMIT until=E\n12345678\n\nE\n");
  CHECK(fits.asks.size() == 1);
  client_harness over{limits};
  over.send("SUBMIT until=E\n12345678\n\n\nE\nPING\n");
  CHECK(over.said() == "-TOO_BIG the body is too big; closing\n");
  CHECK(over.finished);
}

TEST_CASE("a browser is denied and gets nothing more") {
  client_harness client;
  client.send("POST / HTTP/1.1\r\nHost: localhost:9000\r\n\r\nSUBMIT -- evil\n");
  CHECK(client.asks.empty());
  CHECK(client.said() == "-DENIED this is not a web server; closing\n");
  CHECK(client.finished);
}

TEST_CASE("other bad input gets a hint and the session lives on") {
  client_harness client;
  client.send("SUBMIT date\n\x01\xff\n@x\nPING\n");
  CHECK(client.said().ends_with("+OK pong\n"));
  CHECK_FALSE(client.finished);
  CHECK(client.session.wants_input());
}

TEST_CASE("QUIT is answered after all pending replies and ends the session") {
  client_harness client;
  client.send("SUBMIT -- a\nQUIT\nPING\n");
  CHECK(client.said().empty());
  CHECK_FALSE(client.finished);
  client.answer_all();
  CHECK(client.said().ends_with("\n+OK bye\n"));
  CHECK(client.finished);
  CHECK_FALSE(client.session.wants_input());
}

TEST_CASE("after the client half-closes, pending replies are still written") {
  client_harness client;
  client.send("SUBMIT -- a\nWAIT LAST\n");
  client.half_close();
  CHECK_FALSE(client.session.wants_input());
  client.answer_all();
  CHECK(client.said().ends_with("\n1\n"));
  CHECK(client.finished);
}

TEST_CASE("input that is dropped while closing counts against its limit") {
  client_harness client;
  client.send("SUBMIT -- a\nQUIT\n12345");
  client.send("67890");
  CHECK(client.session.wants_input());
  client.answer_all();
  CHECK(client.finished);
  CHECK(client.discard_limit == client_limits{}.discarded_bytes - 10);
}

TEST_CASE("a client that goes on sending while it is being closed is not read for ever") {
  client_limits limits;
  limits.discarded_bytes = 8;
  client_harness client{limits};
  client.send("SUBMIT -- a\nQUIT\n");
  client.send("12345678");
  CHECK_FALSE(client.session.wants_input());
  client.answer_all();
  CHECK(client.discard_limit == 0);
}
