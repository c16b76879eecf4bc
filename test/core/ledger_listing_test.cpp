#include "actors/core/ledger_listing.hpp"

#include "test/core/ledger_fixture.hpp"

#include <doctest/doctest.h>

using namespace evenkeel;
using namespace evenkeel::core;

using sequences = std::vector<std::uint64_t>;

namespace {

client_request list_request(std::uint32_t limit = 1000, std::uint64_t after = 0) {
  client_request request;
  request.kind = request_kind::list;
  request.limit = limit;
  if (after != 0)
    request.after = {own_code, after};
  return request;
}

client_request all_results(std::uint32_t limit, std::uint64_t after = 0) {
  auto request = list_request(limit, after);
  request.kind = request_kind::all_results;
  return request;
}

constexpr std::uint32_t bit(job_state state) {
  return 1U << static_cast<unsigned>(state);
}

sequences listed(const client_answer& answer) {
  sequences result;
  for (const auto& view : answer.jobs)
    result.push_back(view.name.sequence);
  return result;
}

/// Five jobs of which 2 is done and 4 has failed.
ledger_scene with_jobs() {
  ledger_scene home;
  home.link_up();
  for (int i = 0; i < 5; ++i)
    home.submit(command("job"));
  home.finish(2, result_of("x"));
  auto failed = result_of("");
  failed.how = outcome::failed;
  failed.reason = "no-such-function";
  home.finish(4, failed);
  return home;
}

} // namespace

TEST_CASE("a list without a link shows all jobs, newest first, the open ones as queued") {
  auto home = with_jobs();
  home.link_down();
  home.ask(list_request());
  const auto answer = home.answer();
  CHECK(listed(answer) == sequences{5, 4, 3, 2, 1});
  CHECK_FALSE(answer.more);
  CHECK(answer.jobs[0].state == job_state::queued);
  CHECK(answer.jobs[1].state == job_state::failed);
  CHECK(answer.jobs[1].reason == "no-such-function");
  CHECK(answer.jobs[3].text == "job");
}

TEST_CASE("a list asks the proxy once where jobs are") {
  auto home = with_jobs();
  home.ask(list_request());
  CHECK(home.replies().empty());
  const auto question = home.sent<locate>().at(0);
  CHECK(question.sequences.empty());
  home.hear(
      located{question.question,
              {{5, job_state::running, 1, 9, "c", ""}, {2, job_state::running, 1, 9, "c", ""}}});
  const auto answer = home.answer();
  CHECK(listed(answer) == sequences{5, 4, 3, 2, 1});
  CHECK(answer.jobs[0].state == job_state::running);
  CHECK(answer.jobs[0].node == "c");
  CHECK(answer.jobs[2].state == job_state::queued);
  CHECK(answer.jobs[3].state == job_state::done);
}

TEST_CASE("a list that the proxy does not answer in time shows open jobs as queued") {
  auto home = with_jobs();
  home.ask(list_request());
  home.tick(1'000);
  CHECK(home.answer().jobs.at(0).state == job_state::queued);
}

TEST_CASE("pages continue below the last ticket of the page before") {
  auto home = with_jobs();
  home.link_down();
  home.ask(list_request(2));
  CHECK(listed(home.answer()) == sequences{5, 4});
  CHECK(home.answer().more);
  home.ask(list_request(2, 4));
  CHECK(listed(home.answer()) == sequences{3, 2});
  CHECK(home.answer().more);
  home.ask(list_request(2, 2));
  CHECK(listed(home.answer()) == sequences{1});
  CHECK_FALSE(home.answer().more);
}

TEST_CASE("a list of finished jobs needs no word of the proxy") {
  auto home = with_jobs();
  auto request = list_request();
  request.state_mask = bit(job_state::failed);
  home.ask(request);
  CHECK(listed(home.answer()) == sequences{4});
}

TEST_CASE("a list of running jobs shows those that the proxy names and that are still open") {
  auto home = with_jobs();
  auto request = list_request();
  request.state_mask = bit(job_state::running) | bit(job_state::done);
  home.ask(request);
  const auto question = home.sent<locate>().at(0).question;
  home.hear(located{question,
                    {{1, job_state::running, 1, 9, "c", ""},
                     {2, job_state::running, 1, 9, "c", ""},
                     {3, job_state::assigned, 1, 9, "c", ""},
                     {99, job_state::running, 1, 9, "c", ""}}});
  CHECK(listed(home.answer()) == sequences{2, 1});
}

TEST_CASE("a list of queued jobs leaves out those that are assigned or running") {
  auto home = with_jobs();
  auto request = list_request();
  request.state_mask = bit(job_state::queued);
  home.ask(request);
  home.hear(located{home.sent<locate>().at(0).question, {{3, job_state::assigned, 1, 9, "c", ""}}});
  CHECK(listed(home.answer()) == sequences{5, 1});
}

TEST_CASE("a list after a ticket of another node is a bad request") {
  auto home = with_jobs();
  auto request = list_request();
  request.after = {"zzzzz", 4};
  home.ask(request);
  CHECK(home.answer().code == errc::bad_request);
}

TEST_CASE("a list everywhere continues by time, then code, then sequence") {
  auto home = with_jobs();
  home.tick(10);
  home.submit();
  const auto older_ms = home.now.wall_ms - 10;
  home.link_down();
  auto request = list_request();
  request.everywhere = true;
  const auto page_after = [&](std::int64_t submitted_ms, ticket after) {
    request.after_submitted_ms = submitted_ms;
    request.after = std::move(after);
    home.ask(request);
    return listed(home.answer());
  };
  CHECK(page_after(older_ms, {own_code, 4}) == sequences{3, 2, 1});
  CHECK(page_after(older_ms, {"aaaaa", 4}) == sequences{5, 4, 3, 2, 1});
  CHECK(page_after(older_ms, {"zzzzz", 4}) == sequences{});
  CHECK(page_after(older_ms + 5, {"zzzzz", 4}) == sequences{5, 4, 3, 2, 1});
  CHECK(page_after(older_ms + 10, {"aaaaa", 1}) == sequences{6, 5, 4, 3, 2, 1});
}

TEST_CASE("a list everywhere is ordered by time even when the clock was set back") {
  ledger_scene home;
  home.now.wall_ms = 2'000;
  home.submit();
  home.now.wall_ms = 1'000;
  home.submit();
  home.now.wall_ms = 3'000;
  home.submit();
  auto request = list_request(2);
  request.everywhere = true;
  for (int life = 0; life < 2; ++life) {
    request.after = {};
    home.ask(request);
    CHECK(listed(home.answer()) == sequences{3, 1});
    CHECK(home.answer().more);
    request.after = {own_code, 1};
    request.after_submitted_ms = 2'000;
    home.ask(request);
    CHECK(listed(home.answer()) == sequences{2});
    home.restart();
  }
}

TEST_CASE("getall shows the jobs of this node, oldest first, in pages") {
  auto home = with_jobs();
  home.ask(all_results(2));
  CHECK(listed(home.answer()) == sequences{1, 2});
  CHECK(home.answer().outputs.size() == 2);
  CHECK(home.answer().more);
  home.ask(all_results(100, 2));
  CHECK(listed(home.answer()) == sequences{3, 4, 5});
  CHECK_FALSE(home.answer().more);
}

TEST_CASE("getall carries the output of sleeps alone") {
  auto home = with_jobs();
  job_spec spec;
  spec.kind = job_kind::sleep;
  home.submit(spec);
  home.finish(6, result_of("Executed Job"));
  home.ask(all_results(100));
  CHECK(home.answer().outputs.at(1).empty());
  CHECK(home.answer().outputs.at(5) == "Executed Job");
}

TEST_CASE("getall reads the outputs that are not in memory") {
  auto home = with_jobs();
  job_spec spec;
  spec.kind = job_kind::sleep;
  for (std::uint64_t sequence = 6; sequence <= 7; ++sequence) {
    home.submit(spec);
    home.finish(sequence, result_of("slept " + std::to_string(sequence)));
  }
  home.restart();
  home.ask(all_results(100));
  CHECK(home.replies().empty());
  CHECK(home.loads() == 2);
  home.load();
  CHECK(home.answer().outputs.at(5) == "slept 6");
  CHECK(home.answer().outputs.at(6) == "slept 7");
}
