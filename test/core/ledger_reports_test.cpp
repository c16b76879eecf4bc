#include "test/core/ledger_fixture.hpp"

#include <doctest/doctest.h>

using namespace evenkeel;
using namespace evenkeel::core;

using sequences = std::vector<std::uint64_t>;

namespace {

lost_attempt lost(std::uint64_t number, bool death, std::uint32_t attempt = 1) {
  return {1, {1, number}, attempt, death, "b"};
}

start_grant grant(std::uint64_t number) {
  return {{1, number}, {3, 4}, {5, 6}};
}

job_spec once_only() {
  auto spec = command("pay");
  spec.once = true;
  return spec;
}

/// A ledger with a link and one job, sent.
ledger_scene with_job(const job_spec& spec = {}) {
  ledger_scene home;
  home.link_up();
  home.submit(spec);
  return home;
}

} // namespace

TEST_CASE("the first result of a job is recorded durably and acknowledged in that step") {
  auto home = with_job();
  home.finish(1, result_of("hello"));
  CHECK(home.fx.needed == durability::synced);
  const auto& job = std::get<record::finished_job>(*home.fx.changes.at(0).content);
  CHECK(job.result == result_of("hello"));
  CHECK(home.sent<result_ack>().at(0).attempts
        == std::vector<attempt_ref>{{{own_ledger, 1}, {1, 1}}});
  CHECK(home.ledger.finished_jobs() == 1);
  CHECK(home.ledger.open_jobs() == 0);
}

TEST_CASE("a second result is acknowledged and changes nothing") {
  auto home = with_job();
  home.finish(1, result_of("first"));
  auto second = result_of("second");
  second.assigned = {9, 9};
  home.finish(1, second);
  CHECK(home.fx.changes.empty());
  CHECK(home.sent<result_ack>().at(0).attempts.at(0).assigned == fence{9, 9});
  home.ask_about(request_kind::result, 1);
  CHECK(home.answer().outputs.at(0) == "first");
}

TEST_CASE("R7: a result of a job that is not known here is acknowledged") {
  auto home = with_job();
  home.finish(999, result_of("?"));
  CHECK(home.sent<result_ack>().at(0).attempts.at(0).job.sequence == 999);
  CHECK(home.fx.changes.empty());
}

TEST_CASE("a result for another ledger is neither recorded nor acknowledged") {
  auto home = with_job();
  home.hear(result_batch{0, {{{{1, 1}, 1}, result_of("x")}}});
  CHECK(home.sent<result_ack>().empty());
  CHECK(home.ledger.open_jobs() == 1);
}

TEST_CASE("results inside an exchange are taken as well") {
  auto home = with_job();
  home.hear(result_exchange{{}, {0, {{{own_ledger, 1}, result_of("x")}}}});
  CHECK(home.ledger.finished_jobs() == 1);
}

TEST_CASE("a result with an unknown outcome is recorded as failed") {
  auto home = with_job();
  auto result = result_of("x");
  result.how = static_cast<outcome>(77);
  home.finish(1, result);
  home.ask_about(request_kind::result, 1);
  CHECK(home.answer().jobs.at(0).state == job_state::failed);
}

TEST_CASE("nothing that the proxy says counts while no link stands") {
  auto home = with_job();
  home.link_down();
  home.finish(1, result_of("x"));
  CHECK(home.ledger.open_jobs() == 1);
}

TEST_CASE("R14: a lost attempt is counted at home before the job may run again") {
  auto home = with_job();
  home.hear(lost_attempt_batch{{lost(4, true, 1)}});
  CHECK(home.fx.needed == durability::synced);
  const auto& job = std::get<record::open_job>(*home.fx.changes.at(0).content);
  CHECK(job.deaths == 1);
  CHECK(job.attempts == 1);
  CHECK(job.last_lost == fence{1, 4});
  CHECK(home.sent<verdict_batch>().at(0).verdicts == std::vector<verdict>{{1, {1, 4}, 1, 1}});
}

TEST_CASE("R14: an attempt that ended for a good reason is no death") {
  auto home = with_job();
  home.hear(lost_attempt_batch{{lost(4, false, 3)}});
  CHECK(home.sent<verdict_batch>().at(0).verdicts == std::vector<verdict>{{1, {1, 4}, 3, 0}});
}

TEST_CASE("R14: the same lost attempt is counted once and answered each time") {
  auto home = with_job();
  home.hear(lost_attempt_batch{{lost(4, true)}});
  home.hear(lost_attempt_batch{{lost(4, true)}});
  CHECK(home.fx.changes.empty());
  CHECK(home.sent<verdict_batch>().at(0).verdicts.at(0).deaths == 1);
}

TEST_CASE("R14: a job that died too often is given up as failed") {
  auto home = with_job();
  home.hear(lost_attempt_batch{{lost(4, true, 1)}});
  home.hear(lost_attempt_batch{{lost(5, true, 2)}});
  CHECK(home.ledger.open_jobs() == 1);
  home.hear(lost_attempt_batch{{lost(6, true, 3)}});
  CHECK(home.sent<verdict_batch>().empty());
  CHECK(home.cancelled() == sequences{1});
  CHECK(home.fx.needed == durability::synced);
  home.ask_about(request_kind::result, 1);
  const auto view = home.answer().jobs.at(0);
  CHECK(view.state == job_state::failed);
  CHECK(view.reason == "lost-executor");
  CHECK(view.attempt == 3);
}

TEST_CASE("a lost attempt of a job that has ended is answered with a cancellation") {
  auto home = with_job();
  home.finish(1);
  home.hear(lost_attempt_batch{{lost(4, true)}});
  CHECK(home.cancelled() == sequences{1});
  CHECK(home.sent<verdict_batch>().empty());
}

TEST_CASE("R3: the first grant wanted is recorded durably and given") {
  auto home = with_job(once_only());
  home.hear(grant_request{{{1, grant(4)}}});
  CHECK(home.fx.needed == durability::synced);
  const auto& job = std::get<record::open_job>(*home.fx.changes.at(0).content);
  CHECK(job.granted == fence{1, 4});
  CHECK(job.granted_executor == ledger_id{3, 4});
  CHECK(job.granted_process == incarnation{5, 6});
  CHECK(home.sent<grant_batch>().at(0).granted == std::vector<job_grant>{{1, grant(4)}});
}

TEST_CASE("R3: a later wish is answered with the one grant there is") {
  auto home = with_job(once_only());
  home.hear(grant_request{{{1, grant(4)}}});
  home.hear(grant_request{{{1, grant(5)}}});
  CHECK(home.fx.changes.empty());
  CHECK(home.sent<grant_batch>().at(0).granted == std::vector<job_grant>{{1, grant(4)}});
}

TEST_CASE("R3: a grant for a job that has ended is answered with a cancellation") {
  auto home = with_job(once_only());
  home.finish(1);
  home.hear(grant_request{{{1, grant(4)}}});
  CHECK(home.cancelled() == sequences{1});
  CHECK(home.sent<grant_batch>().empty());
}

TEST_CASE("R3: a job that is sent again carries its grant") {
  auto home = with_job(once_only());
  home.hear(grant_request{{{1, grant(4)}}});
  home.restart();
  home.link_up({}, 12);
  home.hear(spec_request{{{1, 1}}});
  CHECK(home.sent<submit_batch>().at(0).jobs.at(0).grant == grant(4));
}

TEST_CASE("R3: a once job whose granted attempt is gone is lost") {
  auto home = with_job(once_only());
  home.hear(grant_request{{{1, grant(4)}}});
  home.hear(lost_attempt_batch{{lost(4, false)}});
  CHECK(home.cancelled() == sequences{1});
  home.ask_about(request_kind::result, 1);
  CHECK(home.answer().jobs.at(0).state == job_state::lost);
  CHECK(home.answer().jobs.at(0).reason == "lost-executor");
}

TEST_CASE("R3: a once job that was never granted may be tried again") {
  auto home = with_job(once_only());
  home.hear(lost_attempt_batch{{lost(4, false)}});
  CHECK(home.sent<verdict_batch>().size() == 1);
  CHECK(home.ledger.open_jobs() == 1);
}

TEST_CASE("R3: the loss of an older attempt does not take the grant of a later one") {
  auto home = with_job(once_only());
  home.hear(grant_request{{{1, grant(4)}}});
  home.hear(lost_attempt_batch{{lost(3, false)}});
  CHECK(home.ledger.open_jobs() == 1);
  home.finish(1, result_of("paid"));
  home.ask_about(request_kind::result, 1);
  CHECK(home.answer().jobs.at(0).state == job_state::done);
}

TEST_CASE("what was left for the proxy is dropped with its link") {
  auto home = with_job();
  home.fx = {};
  home.ledger.on_message(result_batch{0, {{{own_ledger, 1}, result_of("x")}}}, home.now, home.fx);
  home.ledger.on_link_down(home.now, home.fx);
  home.link_up({}, 12);
  CHECK(home.sent<result_ack>().empty());
}

TEST_CASE("many acknowledgements leave in messages of bounded size") {
  auto home = with_job();
  result_batch batch;
  for (std::uint64_t sequence = 100; sequence < 10'100; ++sequence)
    batch.results.push_back({{own_ledger, sequence}, {}});
  home.hear(batch);
  const auto acks = home.sent<result_ack>();
  CHECK(acks.size() == 3);
  std::size_t count = 0;
  for (const auto& ack : acks) {
    CHECK(ack.attempts.size() * sizeof(attempt_ref) <= 192U * 1024U);
    count += ack.attempts.size();
  }
  CHECK(count == 10'000);
}
