// Calls that an executor runs for the ledger beside it: they share its slots, and what is too much
// goes back.
#include "executor_fixture.hpp"

namespace evenkeel::core::test {

namespace {

using numbers = std::vector<std::uint64_t>;

numbers numbers_of(const std::vector<home_call>& calls) {
  numbers all;
  for (const auto& call : calls)
    all.push_back(call.number);
  return all;
}

} // namespace

TEST_CASE("a home call is started at once, with nothing on disk, and its result is told") {
  executor_fixture x;
  x.connect();
  x.call_at_home({1});
  CHECK(x.calls == std::vector<home_call>{{1, 5, "upper", "text"}});
  CHECK(x.queue.running() == 1);
  CHECK(x.queue.held() == 1);
  CHECK_FALSE(x.queue.idle());
  x.end_home_call(1, success("TEXT"));
  REQUIRE(x.news.ended.size() == 1);
  const auto& end = x.news.ended.front();
  CHECK(end.number == 1);
  CHECK(end.took_us == 5);
  CHECK(end.result.how == outcome::done);
  CHECK(end.result.attempt == 1);
  CHECK(end.result.node == "anna");
  CHECK(end.result.out == "TEXT");
  CHECK(x.disk.empty());
  CHECK(x.queue.idle());
  CHECK(x.queue.home_calls_done() == 1);
  CHECK(x.queue.done() == 0);
}

TEST_CASE("a home call that failed has failed") {
  executor_fixture x;
  x.call_at_home({1});
  auto end = success();
  end.succeeded = false;
  end.reason = "thrown";
  x.end_home_call(1, end);
  CHECK(x.news.ended.front().result.how == outcome::failed);
  CHECK(x.news.ended.front().result.reason == "thrown");
}

TEST_CASE("a command waits until no home call holds its slot, and none is taken meanwhile") {
  executor_fixture x;
  x.connect();
  x.call_at_home({1, 2});
  x.assign({command(attempt(7))});
  CHECK(x.starts().empty());
  x.call_at_home({3});
  CHECK(x.news.declined == numbers{3});
  x.end_home_call(1);
  CHECK(x.starts().empty());
  x.end_home_call(2);
  CHECK(x.starts() == refs({7}));
}

TEST_CASE("no home call is taken while something else holds every slot") {
  executor_fixture x;
  x.connect();
  x.assign({command(attempt(7))});
  x.call_at_home({1, 2});
  CHECK(x.news.declined == numbers{1, 2});
  CHECK(x.calls.empty());
  x.end(attempt(7));
  x.call_at_home({3});
  CHECK(numbers_of(x.calls) == numbers{3});
}

TEST_CASE("assigned calls take turns with home calls") {
  executor_fixture x;
  x.connect();
  x.call_at_home({1, 2, 3});
  x.assign({function_call(attempt(7), "upper")});
  CHECK(x.starts() == refs({7}));
  x.call_at_home({4});
  CHECK(x.news.declined == numbers{4}); // one call that may take long holds the only slot
}

TEST_CASE("a home call that has become long holds its slot like any other job") {
  executor_fixture x;
  x.connect();
  x.call_at_home({1});
  CHECK(x.queue.long_home_calls(x.now) == 0);
  x.tick(50);
  CHECK(x.queue.long_home_calls(x.now) == 1);
  x.call_at_home({2});
  CHECK(x.news.declined == numbers{2});
  x.assign({function_call(attempt(7), "upper")});
  CHECK(x.starts().empty());
  x.end_home_call(1);
  CHECK(x.starts() == refs({7}));
}

TEST_CASE("what has been started behind a home call that has become long can be recalled") {
  executor_fixture x;
  x.connect();
  x.call_at_home({1});
  x.assign({function_call(attempt(7), "upper")});
  CHECK(x.starts() == refs({7})); // for all that is known, the home call ends at once
  x.tick(50);
  x.tell(recall_batch{{attempt(7)}});
  CHECK(x.withdrawals == std::vector<withdraw_job>{{attempt(7)}});
  x.answer_withdrawal(attempt(7), true);
  CHECK(x.releases() == released(attempt(7), release_reason::recalled));
}

TEST_CASE("home calls that wait for long are asked back once, and given back if they never began") {
  executor_fixture x;
  x.connect();
  x.call_at_home({1, 2});
  x.tick(50);
  CHECK(x.calls_asked_back.empty());
  x.tick(100);
  CHECK(x.calls_asked_back == numbers{1, 2});
  x.tick(100);
  CHECK(x.calls_asked_back == numbers{1, 2});
  x.answer_home_withdrawal(1, false);
  x.answer_home_withdrawal(2, true);
  CHECK(x.news.declined == numbers{2});
  CHECK(x.queue.held() == 1);
  x.end_home_call(1);
  CHECK(x.news.ended.size() == 1);
}

TEST_CASE("an unknown function is declined, and so is everything once a stop has begun") {
  executor_fixture x;
  x.call_at_home({1}, "nobody has this");
  CHECK(x.news.declined == numbers{1});
  x.call_at_home({2, 3});
  x.shut_down();
  CHECK(x.calls_asked_back == numbers{2, 3});
  x.call_at_home({4});
  x.answer_home_withdrawal(3, true);
  CHECK(x.news.declined == numbers{1, 4, 3});
  CHECK_FALSE(x.queue.idle());
  x.end_home_call(2);
  CHECK(x.news.ended.size() == 1);
  CHECK(x.queue.idle());
}

TEST_CASE("the last try of a poison job has no home call beside it") {
  executor_fixture x{settings_with(2)};
  x.connect();
  x.call_at_home({1});
  auto alone = command(attempt(7));
  alone.alone = true;
  x.assign({alone});
  CHECK(x.starts().empty());
  x.call_at_home({2});
  CHECK(x.news.declined == numbers{2});
  x.end_home_call(1);
  CHECK(x.starts() == refs({7}));
  x.call_at_home({3});
  CHECK(x.news.declined == numbers{2, 3});
}

TEST_CASE("a second end of a home call is ignored") {
  executor_fixture x;
  x.call_at_home({1});
  x.end_home_call(1);
  x.end_home_call(1);
  CHECK(x.news.ended.size() == 1);
}

} // namespace evenkeel::core::test
