// The order of requests and replies in one session, and LAST.
#include "client_harness.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace evenkeel;
using namespace evenkeel::core;
using namespace evenkeel::core::test;

TEST_CASE("submissions are asked ahead and answered in order") {
  client_harness client;
  client.send("SUBMIT -- a\nCALL -- noop\nSLEEP 5\n7\n");
  REQUIRE(client.asks.size() == 4);
  client.answer(accepted(2), 1);
  client.answer(accepted(4), 2);
  CHECK(client.said().empty());
  client.answer(accepted(1));
  CHECK(client.said() == "+OK ticket=" + name_of(1) + "\n+OK ticket=" + name_of(2) + "\n");
  client.answer(accepted(3));
  CHECK(client.said() == "+OK ticket=" + name_of(3) + "\nTicket ID: " + name_of(4) + "\n");
}

TEST_CASE("replies that need no node keep their place") {
  client_harness client;
  client.send("SUBMIT -- a\nPING\nSUBMIT oops\nVERSION\n");
  CHECK(client.said().empty());
  client.answer_all();
  const auto text = client.said();
  CHECK(text.starts_with("+OK ticket=" + name_of(1) + "\n+OK pong\n-BAD_REQUEST "));
  CHECK(text.ends_with("\n+OK evenkeel=1.2.3 protocol=1\n"));
}

TEST_CASE("a plain wait is asked behind submissions and other plain waits") {
  client_harness client;
  client.send("SUBMIT -- a\n" + wait_for(1) + wait_for(2, " both"));
  REQUIRE(client.asks.size() == 3);
  CHECK(client.asks[2].second.streams == stream_choice::both);
  client.answer(result_of(2, "two"), 2);
  client.answer(accepted(3), 0);
  client.answer(result_of(1, "one"));
  const auto text = client.said();
  CHECK(text.find("one") < text.find("two"));
}

TEST_CASE("nothing behind a wait takes effect before it is answered") {
  for (const auto* line :
       {"SUBMIT -- b", "CALL -- noop", "SLEEP 1", "5", "LIST", "NODES", "STATS", "getall",
        "WAIT ALL", "WAIT LAST 1", "STATUS LAST", "CANCEL LAST", "FORGET LAST", "RESULT LAST"}) {
    client_harness client;
    client.send("SUBMIT -- a\n");
    client.answer_all();
    client.send(wait_for(1) + line + "\n");
    INFO(line);
    REQUIRE(client.asks.size() == 1);
    client.answer(result_of(1, "x"));
    CHECK(client.asks.size() == 1);
  }
}

TEST_CASE("behind anything but submissions and plain waits nothing is asked") {
  for (const auto& line :
       {"STATUS " + name_of(1), "RESULT " + name_of(1), "CANCEL " + name_of(1),
        "FORGET " + name_of(1), std::string{"LIST"}, std::string{"NODES"}, std::string{"STATS"},
        std::string{"getall"}, "r" + name_of(1), "WAIT " + name_of(1) + " 5"}) {
    client_harness client;
    client.send("SUBMIT -- a\n");
    client.answer_all();
    client.send(line + "\nSUBMIT -- b\n" + wait_for(2));
    INFO(line);
    CHECK(client.asks.size() == 1); // the line itself
    client.answer_all();
    CHECK(client.node.issued == 2);
    CHECK(client.said().ends_with("\n2\n"));
  }
}

TEST_CASE("a whole round trip can be sent at once") {
  client_harness client;
  client.send("SUBMIT -- date\nWAIT LAST\nQUIT\n");
  REQUIRE(client.asks.size() == 1);
  client.answer_all();
  CHECK(client.said()
        == "+OK ticket=" + name_of(1) + "\n+OK ticket=" + name_of(1)
               + " state=done exit=0 attempt=1 node=n ms=0 out=0 err=0 bytes=1\n1\n+OK bye\n");
  CHECK(client.finished);
}

TEST_CASE("LAST waits for all submissions in flight and means the latest") {
  client_harness client;
  client.send("SUBMIT -- a\nSUBMIT -- b\nSTATUS LAST\n");
  REQUIRE(client.asks.size() == 2);
  client.answer(accepted(8), 1);
  CHECK(client.asks.size() == 1);
  client.answer(accepted(7), 0);
  REQUIRE(client.asks.size() == 1);
  CHECK(client.asks[0].second.subject == ticket{"k7m2q", 8});
}

TEST_CASE("LAST without a submission is a conflict") {
  client_harness client;
  client.send("WAIT LAST\n");
  CHECK(client.said() == "-CONFLICT LAST: this session has not submitted anything yet\n");
}

TEST_CASE("LAST after a refused submission is a conflict, whoever refused it") {
  for (const auto* line : {"SUBMIT -- b", "SUBMIT b", "5x", "SLEEP", "CALL bytes=1 -- x\n."}) {
    client_harness client;
    client.send("SUBMIT -- a\n");
    client.answer_all();
    client.send(std::string{line} + "\nCANCEL LAST\n");
    INFO(line);
    if (!client.asks.empty())
      client.answer(failure(errc::busy, "full"));
    CHECK(client.asks.empty());
    CHECK(
        client.said().ends_with("-CONFLICT LAST: this session's latest submission was refused\n"));
  }
}

TEST_CASE("LAST means the latest submission even when an older one is answered later") {
  client_harness client;
  client.send("SUBMIT -- a\nSUBMIT b\n");
  client.answer(accepted(1));
  client.send("STATUS LAST\n");
  CHECK(client.asks.empty());
}

TEST_CASE("an error about a ticket names it") {
  client_harness client;
  client.send("RESULT " + name_of(9) + "\n");
  client.answer(failure(errc::not_found, "no such job"));
  CHECK(client.said() == "-NOT_FOUND ticket=" + name_of(9) + " no such job\n");
}

TEST_CASE("exit ends the original's session") {
  client_harness client;
  client.send("5\nexit\nPING\n");
  client.answer_all();
  CHECK(client.said() == "Ticket ID: " + name_of(1) + "\nCome back later to check your results.\n");
  CHECK(client.finished);
}

TEST_CASE("the original's complaints are bare lines") {
  client_harness client;
  client.send("12x\nrk7m2q-zz\n");
  CHECK(client.said()
        == "Please enter a valid number.\nResult: This job could not be found on this node.\n");
}
