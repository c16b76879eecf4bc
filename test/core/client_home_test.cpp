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

TEST_CASE("a WAIT or RESULT behind a submission that came with its result asks nothing") {
  for (const auto& line : {std::string{"WAIT LAST\n"}, std::string{"RESULT LAST\n"}, wait_for(1)}) {
    INFO(line);
    client_harness client;
    client.send("CALL -- f\nWAIT LAST\n");
    client.answer(accepted_and_done(1, "OUT"));
    CHECK(client.asks.empty());
    CHECK(client.said() == "+OK ticket=" + name_of(1) + "\n" + asked_for("WAIT LAST\n", "OUT"));
    client.send(line);
    CHECK(client.asks.empty());
    CHECK(client.said() == asked_for(line, "OUT"));
  }
}

TEST_CASE("a WAIT for other streams, or about another job, is asked") {
  for (const auto& line :
       {std::string{"WAIT LAST both\n"}, std::string{"STATUS LAST\n"}, wait_for(2)}) {
    INFO(line);
    client_harness client;
    client.send("CALL -- f\n");
    client.answer(accepted_and_done(1, "OUT"));
    client.send(line);
    CHECK(client.asks.size() == 1);
  }
}

TEST_CASE("a result is remembered only until something else is asked") {
  for (const auto* line : {"FORGET LAST\n", "CALL -- g\n", "LIST\n"}) {
    INFO(line);
    client_harness client;
    client.send("CALL -- f\n");
    client.answer(accepted_and_done(1, "OUT"));
    client.send(line);
    client.answer_all();
    client.send(wait_for(1));
    CHECK(client.asks.size() == 1);
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
