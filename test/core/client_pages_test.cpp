// WAIT ALL and getall: replies about many jobs.
#include "client_harness.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace evenkeel;
using namespace evenkeel::core;
using namespace evenkeel::core::test;

TEST_CASE("WAIT ALL asks about the accepted submissions of this session") {
  client_harness client;
  client.send("SUBMIT -- a\nSUBMIT -- b\nSUBMIT -- c\nWAIT ALL 1.5\n");
  client.answer(accepted(5), 2);
  client.answer(failure(errc::busy, "full"), 1);
  client.answer(accepted(3), 0);
  REQUIRE(client.asks.size() == 1);
  const auto& request = client.asks[0].second;
  CHECK(request.kind == request_kind::wait_all);
  CHECK(request.timeout_ms == 1500);
  CHECK(request.own_sequences == std::vector<std::uint64_t>{3, 5});
  client.said();
  client.answer_all();
  CHECK(client.said().starts_with("+OK count=2 done=2 failed=0\nticket=" + name_of(3) + "\t"));
}

TEST_CASE("WAIT ALL asks once about a ticket that a key gave twice") {
  client_harness client;
  client.send("SUBMIT key=a -- a\nSUBMIT -- b\nSUBMIT key=a -- a\nWAIT ALL\n");
  client.answer(accepted(1));
  client.answer(accepted(2));
  client.answer(accepted(1));
  REQUIRE(client.asks.size() == 1);
  CHECK(client.asks[0].second.own_sequences == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("WAIT ALL without tickets is over at once") {
  client_harness client;
  client.send("WAIT ALL\n");
  CHECK(client.said() == "+OK count=0 done=0 failed=0\n.\n");
}

TEST_CASE("WAIT ALL over too many tickets is refused and submissions go on") {
  client_limits limits;
  limits.own_tickets = 2;
  client_harness client{limits};
  client.send("1\n2\n3\nWAIT ALL\nPING\n");
  client.answer_all();
  const auto text = client.said();
  CHECK(text.find("Ticket ID: " + name_of(3) + "\n-TOO_BIG WAIT ALL") != std::string::npos);
  CHECK(text.ends_with("+OK pong\n"));
}

TEST_CASE("WAIT ALL over many tickets fetches its records in pages") {
  client_limits limits;
  limits.page = 2;
  client_harness client{limits};
  client.send("1\n2\n3\n4\n5\n");
  client.answer_all();
  client.said();
  client.send("WAIT ALL\nPING\n");
  REQUIRE(client.asks.size() == 1);
  CHECK(client.asks[0].second.limit == 0);
  CHECK(client.asks[0].second.own_sequences.size() == 5);
  client.answer_all();
  const auto text = client.said();
  CHECK(text.starts_with("+OK count=5 done=5 failed=0\nticket=" + name_of(1) + "\t"));
  CHECK(text.find("ticket=" + name_of(5) + "\t") != std::string::npos);
  CHECK(text.ends_with("\n.\n+OK pong\n"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 8);
}

TEST_CASE("WAIT ALL whose records cannot be fetched says so before its dot") {
  client_limits limits;
  limits.page = 1;
  client_harness client{limits};
  client.send("1\n2\n");
  client.answer_all();
  client.said();
  client.send("WAIT ALL\n");
  client.answer(client.node.answer(client.asks[0].second));
  client.answer(failure(errc::busy, "later"));
  CHECK(client.said() == "+OK count=2 done=2 failed=0\n-BUSY later\n.\n");
}

TEST_CASE("getall comes in pages and ends with an empty line") {
  client_harness client;
  client.send("1\n2\n3\n");
  client.answer_all();
  client.said();
  client.send("getall\nPING\n");
  client.answer_all();
  std::string expected = "Results\n";
  for (std::uint64_t i = 1; i <= 3; ++i)
    expected += name_of(i) + " -> state=done exit=0 bytes=0\n";
  CHECK(client.said() == expected + "\n+OK pong\n");
}

TEST_CASE("getall shows a sleep's text and what is unfinished") {
  client_harness client;
  client.send("getall\n");
  client_answer page;
  page.jobs = {done_job({"k7m2q", 1}, job_kind::sleep), done_job({"k7m2q", 2})};
  page.jobs[1].state = job_state::running;
  page.outputs = {"Executed Job", ""};
  client.answer(page);
  CHECK(client.said()
        == "Results\n" + name_of(1) + " -> Executed Job\n" + name_of(2)
               + " -> Result has not been executed yet, come back later.\n\n");
}

TEST_CASE("getall that cannot be answered is an error line") {
  client_harness client;
  client.send("getall\n");
  client.answer(failure(errc::busy, "later"));
  CHECK(client.said() == "-BUSY later\n");
}

TEST_CASE("getall keeps its place behind submissions") {
  client_harness client;
  client.node.page = 1;
  client.send("1\n2\n");
  client.answer_all();
  client.said();
  client.send("SUBMIT -- a\ngetall\n");
  CHECK(client.asks.size() == 1); // it is asked for once they have their tickets
  client.answer_all();
  const auto text = client.said();
  CHECK(text.starts_with("+OK ticket=" + name_of(3) + "\nResults\n" + name_of(1) + " -> "));
  CHECK(text.ends_with("\n\n"));
}
