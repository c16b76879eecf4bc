#include "test/core/ledger_fixture.hpp"

#include <doctest/doctest.h>

#include <numeric>

using namespace evenkeel;
using namespace evenkeel::core;

namespace {

client_request wait_for(std::uint64_t sequence, std::int64_t timeout_ms = wait_for_ever) {
  auto request = ledger_scene::about(request_kind::wait, sequence);
  request.timeout_ms = timeout_ms;
  return request;
}

client_request wait_for_all(std::vector<std::uint64_t> own,
                            std::int64_t timeout_ms = wait_for_ever) {
  client_request request;
  request.kind = request_kind::wait_all;
  request.own_sequences = std::move(own);
  request.timeout_ms = timeout_ms;
  return request;
}

ledger_scene with_jobs(int count, const ledger_limits& limits = {}) {
  ledger_scene home{limits};
  home.link_up();
  for (int i = 0; i < count; ++i)
    home.submit();
  return home;
}

} // namespace

TEST_CASE("a wait is answered with the result when it comes") {
  auto home = with_jobs(1);
  const auto from = home.ask(wait_for(1));
  CHECK(home.replies().empty());
  home.finish(1, result_of("hello"));
  CHECK(home.replies().at(0).to == from);
  CHECK(home.answer().kind == request_kind::wait);
  CHECK(home.answer().outputs.at(0) == "hello");
}

TEST_CASE("all who wait for a job are answered, in the order of their requests") {
  auto home = with_jobs(1);
  const auto first = home.ask(wait_for(1), 2);
  const auto second = home.ask(wait_for(1), 1);
  home.finish(1);
  const auto replies = home.replies();
  REQUIRE(replies.size() == 2);
  CHECK(replies[0].to == first);
  CHECK(replies[1].to == second);
}

TEST_CASE("a wait for a finished job is answered at once") {
  auto home = with_jobs(1);
  home.finish(1, result_of("x"));
  home.ask(wait_for(1));
  CHECK(home.answer().outputs.at(0) == "x");
}

TEST_CASE("a wait without patience is answered at once") {
  auto home = with_jobs(1);
  home.ask(wait_for(1, 0));
  CHECK(home.answer().code == errc::not_ready);
}

TEST_CASE("a wait ends as not ready when its time is over") {
  auto home = with_jobs(1);
  home.ask(wait_for(1, 500));
  home.tick(499);
  CHECK(home.replies().empty());
  home.tick(1);
  CHECK(home.answer().code == errc::not_ready);
  CHECK(home.answer().subject.sequence == 1);
  home.finish(1);
  CHECK(home.replies().empty());
}

TEST_CASE("the longest time that a client can name does not overflow") {
  auto home = with_jobs(1);
  home.ask(wait_for(1, std::numeric_limits<std::int64_t>::max()));
  home.tick(1'000'000);
  CHECK(home.replies().empty());
}

TEST_CASE("a waiting client learns of a cancellation") {
  auto home = with_jobs(1);
  const auto waiting = home.ask(wait_for(1));
  home.ask_about(request_kind::cancel, 1);
  const auto replies = home.replies();
  REQUIRE(replies.size() == 2);
  CHECK(replies[0].to == waiting);
  CHECK(replies[0].content.jobs.at(0).state == job_state::cancelled);
}

TEST_CASE("the waits of a closed session are forgotten without an answer") {
  auto home = with_jobs(1);
  home.ask(wait_for(1), 1);
  const auto other = home.ask(wait_for(1), 2);
  home.ledger.on_session_closed(1);
  home.finish(1);
  REQUIRE(home.replies().size() == 1);
  CHECK(home.replies().at(0).to == other);
}

TEST_CASE("more waits than the limit are refused as busy") {
  ledger_limits limits;
  limits.max_waits = 1;
  auto home = with_jobs(2, limits);
  home.ask(wait_for(1));
  home.ask(wait_for(2));
  CHECK(home.answer().code == errc::busy);
  home.ask_about(request_kind::status, 2);
  CHECK(home.answer().code == errc::busy);
  home.ask(wait_for_all({2}));
  CHECK(home.answer().code == errc::busy);
  home.finish(1);
  home.ask(wait_for(2));
  CHECK(home.replies().empty());
}

TEST_CASE("another node's wait is answered through the proxy") {
  auto home = with_jobs(1);
  home.hear(query{77, own_code, wait_for(1)});
  home.finish(1, result_of("x"));
  const auto answers = home.sent<evenkeel::answer>();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].question == 77);
  CHECK(answers[0].content.outputs.at(0) == "x");
}

TEST_CASE("an abandoned question is not answered") {
  auto home = with_jobs(1);
  home.hear(query{77, own_code, wait_for(1)});
  home.hear(abandon{77});
  home.finish(1);
  CHECK(home.sent<evenkeel::answer>().empty());
}

TEST_CASE("questions of other nodes end with the link that they came over") {
  auto home = with_jobs(1);
  home.hear(query{77, own_code, wait_for(1)});
  home.link_down();
  home.link_up({}, 12);
  home.finish(1);
  CHECK(home.sent<evenkeel::answer>().empty());
}

TEST_CASE("a barrier is answered when the last of its jobs has ended") {
  auto home = with_jobs(3);
  home.finish(1);
  home.ask(wait_for_all({1, 2, 3}));
  CHECK(home.replies().empty());
  home.finish(3);
  CHECK(home.replies().empty());
  auto failed = result_of("");
  failed.how = outcome::failed;
  home.finish(2, failed);
  const auto answer = home.answer();
  CHECK(answer.code == errc::ok);
  CHECK(answer.done == 2);
  CHECK(answer.failed == 1);
  REQUIRE(answer.jobs.size() == 3);
  CHECK(answer.jobs[1].name.sequence == 2);
  CHECK(answer.jobs[1].state == job_state::failed);
}

TEST_CASE("a barrier over more jobs than the limit is answered with the counts alone") {
  auto home = with_jobs(2);
  home.finish(1);
  home.finish(2);
  auto request = wait_for_all({1, 2});
  request.limit = 0;
  home.ask(request);
  CHECK(home.answer().done == 2);
  CHECK(home.answer().jobs.empty());
}

TEST_CASE("a barrier over nothing open is answered at once") {
  auto home = with_jobs(0);
  home.ask(wait_for_all({}));
  CHECK(home.answer().code == errc::ok);
  CHECK(home.answer().jobs.empty());
}

TEST_CASE("a barrier shows a forgotten job as forgotten") {
  auto home = with_jobs(1);
  home.finish(1);
  home.ask_about(request_kind::forget, 1);
  home.ask(wait_for_all({1}));
  CHECK(home.answer().failed == 1);
  CHECK(home.answer().jobs.at(0).state == job_state::lost);
  CHECK(home.answer().jobs.at(0).reason == "forgotten");
}

TEST_CASE("a barrier that names a job twice waits for it once") {
  auto home = with_jobs(1);
  home.ask(wait_for_all({1, 1}));
  home.finish(1);
  CHECK(home.answer().jobs.size() == 2);
}

TEST_CASE("a barrier out of time tells what has ended so far") {
  auto home = with_jobs(2);
  home.ask(wait_for_all({1, 2}, 500));
  home.finish(1);
  home.tick(500);
  const auto answer = home.answer();
  CHECK(answer.code == errc::not_ready);
  CHECK(answer.done == 1);
  CHECK(answer.failed == 0);
  CHECK(answer.jobs.at(0).state == job_state::done);
  CHECK(answer.jobs.at(1).state == job_state::queued);
}

TEST_CASE("a barrier without patience is answered at once") {
  auto home = with_jobs(1);
  home.ask(wait_for_all({1}, 0));
  CHECK(home.answer().code == errc::not_ready);
  CHECK(home.answer().jobs.size() == 1);
}

TEST_CASE("a barrier over very many jobs is counted down, not searched") {
  constexpr std::uint64_t count = 100'000;
  ledger_scene home;
  for (std::uint64_t sequence = 1; sequence <= count; ++sequence) {
    record::open_job job;
    job.sequence = sequence;
    home.ledger.recover(job);
  }
  home.link_up();
  std::vector<std::uint64_t> all(count);
  std::iota(all.begin(), all.end(), 1U);
  home.ask(wait_for_all(all));
  result_batch batch; // one step: the invariants are checked once
  for (const auto sequence : all)
    batch.results.push_back({{own_ledger, sequence}, {}});
  home.hear(batch);
  CHECK(home.answer().done == count);
}

TEST_CASE("a node that stops tells those who wait, and who begins to") {
  auto home = with_jobs(2);
  const auto one = home.ask(wait_for(1));
  const auto all = home.ask(wait_for_all({1, 2}));
  home.step([&] { home.ledger.on_stop(home.fx); });
  const auto replies = home.replies();
  REQUIRE(replies.size() == 2);
  CHECK(replies[0].to == one);
  CHECK(replies[0].content.code == errc::unavailable);
  CHECK(replies[0].content.subject == ticket{own_code, 1});
  CHECK(replies[1].to == all);
  CHECK(replies[1].content.code == errc::unavailable);
  home.ask(wait_for(2));
  CHECK(home.answer().code == errc::unavailable);
  home.ask(wait_for_all({2}));
  CHECK(home.answer().code == errc::unavailable);
  home.finish(1, result_of("x"));
  home.ask(wait_for(1));
  CHECK(home.answer().outputs.at(0) == "x");
}
