// Lines that are no request of protocol 1: a browser's, the original system's, reserved ones,
// typos.
#include "actors/core/request_parser.hpp"
#include "messages/ticket.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace evenkeel;
using namespace evenkeel::core;

namespace {

parsed_request parsed_line(std::string_view line) {
  parsed_request result;
  parse_request(line, client_limits{}, result);
  return result;
}

} // namespace

TEST_CASE("a line that begins like an HTTP request is denied and closes the connection") {
  for (const auto* line :
       {"GET / HTTP/1.1", "POST /x HTTP/1.1", "put /", "HEAD / HTTP/1.0", "OPTIONS * HTTP/1.1",
        "CONNECT localhost:9000 HTTP/1.1", "DELETE /", "PATCH / HTTP/1.1", "TRACE / HTTP/1.1",
        "PRI * HTTP/2.0", "PROPFIND / HTTP/1.1", "GET", "Host: localhost", "host:x",
        "User-Agent: curl/7.88", "Content-Type: text/plain", "SUBMIT: x"}) {
    const auto result = parsed_line(line);
    INFO(line);
    CHECK(result.action == request_action::refuse);
    CHECK(result.code == errc::denied);
    CHECK(result.close);
  }
}

TEST_CASE("a line is no HTTP request only because its command speaks of one") {
  CHECK(parsed_line("SUBMIT -- curl http://localhost/").action == request_action::ask);
  CHECK(parsed_line("SUBMIT -- echo GET / HTTP/1.1").action == request_action::ask);
  CHECK(parsed_line("CALL -- echo Host: x").action == request_action::ask);
}

TEST_CASE("lines that begin with an at sign or a brace are reserved") {
  for (const auto* line : {"@5 SUBMIT -- date", R"({"verb": "PING"})"}) {
    const auto result = parsed_line(line);
    CHECK(result.code == errc::bad_request);
    CHECK_FALSE(result.close);
    CHECK(result.text.find("reserved") != std::string::npos);
  }
}

TEST_CASE("an unknown request is named and points to HELP") {
  const auto result = parsed_line("SUBMTI -- date");
  CHECK(result.code == errc::bad_request);
  CHECK(result.text == "unknown request 'SUBMTI': HELP lists what there is");
  CHECK_FALSE(result.submission);
}

TEST_CASE("a lone ticket is asked what about it") {
  const auto name = to_text(ticket{"k7m2q", 44});
  CHECK(parsed_line(name).text.find("STATUS, RESULT or WAIT " + name) != std::string::npos);
}

TEST_CASE("a hint shows a client's bytes in print") {
  const auto text = parsed_line("\x1b\xff" + std::string(100, 'x')).text;
  CHECK(text.find("'??xxx") != std::string::npos);
  CHECK(text.size() < 120);
}

TEST_CASE("a line of digits alone is a sleep of the original") {
  for (const auto* line : {"0", "2500", " 7 ", "2147483647", "007"}) {
    const auto result = parsed_line(line);
    INFO(line);
    CHECK(result.action == request_action::ask);
    CHECK(result.style == reply_style::original);
    CHECK(result.submission);
    CHECK(result.request.spec.kind == job_kind::sleep);
  }
  CHECK(parsed_line("2500").request.spec.sleep_ms == 2500);
}

TEST_CASE("another line that begins like a number gets the original's complaint") {
  for (const auto* line :
       {"2147483648", "99999999999999999999", "12abc", "1.5", "-5", "+5", ".5", "5 6", "1-2"}) {
    const auto result = parsed_line(line);
    INFO(line);
    CHECK(result.action == request_action::refuse);
    CHECK(result.style == reply_style::original);
    CHECK(result.text == "Please enter a valid number.");
    CHECK_FALSE(result.close);
  }
}

TEST_CASE("r and a ticket is the original's query") {
  const ticket some{"k7m2q", 44};
  for (const auto& line : {"r" + to_text(some), "R" + to_text(some) + " "}) {
    const auto result = parsed_line(line);
    CHECK(result.action == request_action::ask);
    CHECK(result.style == reply_style::original);
    CHECK(result.request.kind == request_kind::result);
    CHECK(result.request.subject == some);
  }
}

TEST_CASE("the original's query about a mistyped ticket finds no job") {
  const auto result = parsed_line("rk7m2q-zz");
  CHECK(result.action == request_action::refuse);
  CHECK(result.text == "Result: This job could not be found on this node.");
}

TEST_CASE("the original's query is a lone word with a dash") {
  for (const auto* line : {"rk7m2q-1c5 now", "rk7m2q", "rm -rf"})
    CHECK(parsed_line(line).style == reply_style::plain);
}

TEST_CASE("verbs match before the original's query") {
  CHECK(parsed_line("RESULT k7m2q-1c5").style == reply_style::plain);
}
