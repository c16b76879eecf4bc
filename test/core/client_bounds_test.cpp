// What keeps a session's memory bounded, and how little it writes.
#include "client_harness.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace evenkeel;
using namespace evenkeel::core;
using namespace evenkeel::core::test;

TEST_CASE("a thousand requests are in flight at most") {
  client_harness client;
  client.send(repeated("SUBMIT -- a\n", 1500));
  CHECK(client.asks.size() == 1000);
  CHECK(client.session.in_flight() == 1000);
  client.answer_all();
  CHECK(client.node.issued == 1500);
}

TEST_CASE("submissions in flight are bounded by their bytes as well") {
  client_harness client;
  const auto job = "SUBMIT bytes=1000000\n" + std::string(1'000'000, 'x') + "\n";
  for (int i = 0; i < 8 && client.session.wants_input(); ++i)
    client.send(job);
  CHECK(client.asks.size() == 5);
  CHECK_FALSE(client.session.wants_input());
  client.answer(accepted(1));
  CHECK(client.asks.size() == 5);
  client.answer_all();
  CHECK(client.session.wants_input());
}

TEST_CASE("reading pauses behind a request that blocks") {
  client_harness client;
  client.send(wait_for(1));
  const auto piece = repeated("SUBMIT -- a\n", 1000);
  std::size_t sent = 0;
  for (; client.session.wants_input(); sent += 1000)
    client.send(piece);
  CHECK(client.session.bytes_held() < client_limits{}.unparsed_bytes + piece.size());
  CHECK(client.asks.size() == 1);
  client.answer_all();
  CHECK(client.node.issued == sent);
  CHECK(client.session.wants_input());
}

TEST_CASE("a client that does not read its replies is not parsed any further") {
  client_harness client;
  client.reads = false;
  std::size_t sent = 0;
  while (client.session.wants_input()) {
    client.send(repeated("HELP\n", 1000));
    sent += 1000;
    REQUIRE(sent < 1'000'000);
  }
  CHECK(client.unread < client_limits{}.unsent_bytes + 10'000);
  CHECK(client.session.bytes_held() < client_limits{}.unparsed_bytes + 10'000);
  client.read_all();
  const auto text = client.said();
  std::size_t replies = 0;
  for (auto at = text.find("+OK help\n"); at != std::string::npos;
       at = text.find("+OK help\n", at + 1))
    ++replies;
  CHECK(replies == sent);
}

TEST_CASE("results that wait for an earlier one are asked again rather than kept") {
  client_limits limits;
  limits.held_bytes = 10;
  client_harness client{limits};
  client.send(wait_for(1) + wait_for(2) + wait_for(3));
  client.answer(result_of(3, "333333333"), 2);
  client.answer(result_of(2, "222222222"), 1);
  CHECK(client.session.bytes_held() < 200);
  CHECK(client.asks.size() == 1);
  client.answer(result_of(1, "1"));
  REQUIRE(client.asks.size() == 1);
  CHECK(client.asks[0].second.kind == request_kind::wait);
  CHECK(client.asks[0].second.subject == ticket{"k7m2q", 2});
  client.answer(result_of(2, "222222222"));
  CHECK(client.said().ends_with("\n333333333\n"));
  CHECK(client.asks.empty());
}

TEST_CASE("a hundred waits are in flight at most") {
  client_harness client;
  client.send(repeated(wait_for(1), 150));
  CHECK(client.asks.size() == 100);
  client.answer_all();
  CHECK(client.session.in_flight() == 0);
}

TEST_CASE("an answer to nothing is ignored") {
  client_harness client;
  client.session.on_answer(7, {});
  client.send("SUBMIT -- a\n");
  const auto number = client.asks.front().first;
  client.answer_all();
  client.said();
  client.session.on_answer(number, accepted(9));
  client.collect();
  CHECK(client.said().empty());
}

TEST_CASE("the replies of one step are written in one piece") {
  client_session_core session;
  session.on_bytes("PING\nSUBMIT -- a\nSUBMIT -- b\n");
  auto out = session.take();
  CHECK(out.bytes == "+OK pong\n");
  REQUIRE(out.asks.size() == 2);
  session.on_answer(out.asks[0].first, accepted(1));
  session.on_answer(out.asks[1].first, accepted(2));
  CHECK(session.take().bytes == "+OK ticket=" + name_of(1) + "\n+OK ticket=" + name_of(2) + "\n");
}
