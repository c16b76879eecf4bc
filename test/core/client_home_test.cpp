// Submissions that are answered with their result: a WAIT right behind one needs no question.
#include "test/core/client_harness.hpp"

namespace evenkeel::core::test {

namespace {

client_answer accepted_and_done(std::uint64_t sequence, std::string output) {
  auto answer = result_of(sequence, std::move(output));
  answer.kind = request_kind::submit;
  answer.subject = {"k7m2q", sequence};
  return answer;
}

/// What the node says to the same question when it is asked.
std::string asked_for(const std::string& line, const std::string& output) {
  client_harness client;
  client.send("CALL -- f\n");
  client.answer(accepted(1));
  client.said();
  client.send(line);
  auto answer = result_of(1, output);
  answer.kind = client.asks.front().second.kind;
  answer.subject = {"k7m2q", 1};
  client.answer(answer);
  return client.said();
}

} // namespace

TEST_CASE("a WAIT or RESULT that was sent with a submission is answered with its ticket") {
  for (const std::string line : {"WAIT LAST\n", "RESULT LAST\n"}) {
    INFO(line);
    client_harness client;
    client.send("CALL -- f\n" + line + line);
    client.answer(accepted_and_done(1, "OUT"));
    CHECK(client.asks.empty());
    const auto reply = asked_for(line, "OUT");
    CHECK(client.said() == "+OK ticket=" + name_of(1) + "\n" + reply + reply);
  }
}

TEST_CASE("other requests behind a submission are asked") {
  for (const std::string line : {"WAIT LAST both\n", "STATUS LAST\n", "FORGET LAST\n"}) {
    INFO(line);
    client_harness client;
    client.send("CALL -- f\n" + line + "WAIT LAST\n");
    client.answer(accepted_and_done(1, "OUT"));
    CHECK(client.asks.size() == 1);
    client.answer_all();
    CHECK(client.asks.empty());
  }
}

TEST_CASE("a result is not remembered: what is sent later is asked") {
  client_harness client;
  client.send("CALL -- f\n");
  client.answer(accepted_and_done(1, "OUT"));
  client.send("WAIT LAST\n");
  CHECK(client.asks.size() == 1);
}

TEST_CASE("a list is asked for when all submissions before it have their tickets") {
  for (const std::string line : {"LIST\n", "LIST all limit=3\n", "getall\n"}) {
    INFO(line);
    client_harness client;
    client.send("CALL -- f\nCALL -- g\n" + line);
    CHECK(client.asks.size() == 2);
    client.answer(accepted_and_done(1, "OUT"));
    CHECK(client.asks.size() == 1);
    client.answer(accepted_and_done(2, "OUT"));
    CHECK(client.asks.size() == 1);
    client.answer_all();
    CHECK(client.asks.empty());
  }
}

TEST_CASE("WAIT ALL covers jobs that came with their results") {
  client_harness client;
  client.send("CALL -- f\nWAIT ALL\n");
  client.answer(accepted_and_done(1, "OUT"));
  REQUIRE(client.asks.size() == 1);
  CHECK(client.asks.front().second.own_sequences == std::vector<std::uint64_t>{1});
}

} // namespace evenkeel::core::test
