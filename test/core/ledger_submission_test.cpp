#include "actors/core/ledger_submission.hpp"

#include "test/core/ledger_fixture.hpp"

#include <doctest/doctest.h>

using namespace evenkeel;
using namespace evenkeel::core;

using sequences = std::vector<std::uint64_t>;
using ranges = std::vector<sequence_range>;

namespace {

cluster_settings window(std::uint32_t jobs, std::uint64_t bytes = 1ULL << 30U) {
  cluster_settings settings;
  settings.submit_window_jobs = jobs;
  settings.submit_window_bytes = bytes;
  return settings;
}

void submit_many(ledger_scene& home, int count, const job_spec& spec = {}) {
  client_request request;
  request.kind = request_kind::submit;
  request.spec = spec;
  home.step([&] {
    for (int i = 0; i < count; ++i)
      home.ledger.on_request({false, 1, ++home.last_request}, request, home.now, home.fx);
  });
}

} // namespace

TEST_CASE("many submissions of one run leave in one batch, fresh and in order") {
  ledger_scene home;
  home.link_up();
  submit_many(home, 3);
  const auto batches = home.sent<submit_batch>();
  REQUIRE(batches.size() == 1);
  CHECK(home.submitted() == sequences{1, 2, 3});
  for (const auto& job : batches[0].jobs) {
    CHECK(job.fresh);
    CHECK(job.submitted_ms == home.now.wall_ms);
  }
}

TEST_CASE("a batch ends before it exceeds the size of a message") {
  ledger_scene home;
  home.link_up();
  submit_many(home, 7, command(std::string(50'000, 'x')));
  const auto batches = home.sent<submit_batch>();
  REQUIRE(batches.size() == 3);
  CHECK(batches[0].jobs.size() == 3);
  CHECK(batches[1].jobs.size() == 3);
  CHECK(batches[2].jobs.size() == 1);
}

TEST_CASE("a job larger than a message is alone in its batch") {
  ledger_scene home;
  home.submit();
  home.submit(command(std::string(500'000, 'x')));
  home.submit();
  home.link_up();
  const auto batches = home.sent<submit_batch>();
  REQUIRE(batches.size() == 3);
  CHECK(batches[1].jobs.size() == 1);
  CHECK(batches[1].jobs[0].sequence == 2);
}

TEST_CASE("R11: no more jobs are sent than the window admits until they are acknowledged") {
  ledger_scene home;
  home.link_up(window(2));
  submit_many(home, 5);
  CHECK(home.submitted() == sequences{1, 2});
  home.hear(submit_ack{1, size_of(job_spec{})});
  CHECK(home.submitted() == sequences{3});
  home.hear(submit_ack{3, 3 * size_of(job_spec{})});
  CHECK(home.submitted() == sequences{4, 5});
}

TEST_CASE("R11: no more bytes are sent than the window admits") {
  ledger_scene home;
  const auto spec = command(std::string(1'000, 'x'));
  home.link_up(window(100, 2 * size_of(spec) + 1));
  submit_many(home, 3, spec);
  CHECK(home.submitted() == sequences{1, 2});
}

TEST_CASE("a job larger than the window is sent when nothing else is outstanding") {
  ledger_scene home;
  home.link_up(window(100, 500));
  home.submit();
  home.submit(command(std::string(1'000, 'x')));
  CHECK(home.submitted().empty());
  home.hear(submit_ack{1, size_of(job_spec{})});
  CHECK(home.submitted() == sequences{2});
}

TEST_CASE("an acknowledgement of more than was sent gives no extra credit") {
  ledger_scene home;
  home.link_up(window(2));
  home.hear(submit_ack{1'000, 1'000'000});
  submit_many(home, 5);
  CHECK(home.submitted() == sequences{1, 2});
}

TEST_CASE("all credit is there on a new link") {
  ledger_scene home;
  home.link_up(window(1));
  submit_many(home, 3);
  CHECK(home.submitted() == sequences{1});
  home.link_down();
  home.link_up(window(1), 12);
  CHECK(home.submitted() == sequences{2});
}

TEST_CASE("R7: the inventory names the unfinished jobs ever sent and ends with the home's mark") {
  ledger_scene home;
  home.link_up(window(5));
  submit_many(home, 7);
  home.finish(3);
  home.hear(submit_ack{0, 0});
  home.link_down();
  home.link_up(window(0), 12);
  const auto chunks = home.sent<inventory>();
  REQUIRE(chunks.size() == 1);
  CHECK(chunks[0].unfinished == ranges{{1, 2}, {4, 5}});
  CHECK(chunks[0].home_end);
  CHECK_FALSE(chunks[0].executor_end);
  CHECK(chunks[0].held.empty());
}

TEST_CASE("R14: what is counted of lost attempts is told before the inventory ends") {
  ledger_scene home;
  home.link_up();
  submit_many(home, 3);
  home.hear(lost_attempt_batch{{{2, {4, 1}, 1, true, "b"}}});
  home.restart();
  home.link_up({}, first_link + 1);
  const auto counts = home.sent<verdict_batch>();
  REQUIRE(counts.size() == 1);
  CHECK(counts[0].verdicts == std::vector<verdict>{{2, {4, 1}, 1, 1}});
  const auto* first = std::get_if<to_proxy>(&home.fx.outputs.front());
  REQUIRE(first != nullptr);
  CHECK(std::holds_alternative<verdict_batch>(first->content));
}

TEST_CASE("R7: the inventory of a home without jobs still has its end mark") {
  ledger_scene home;
  home.link_up();
  const auto chunks = home.sent<inventory>();
  REQUIRE(chunks.size() == 1);
  CHECK(chunks[0].unfinished.empty());
  CHECK(chunks[0].home_end);
}

TEST_CASE("R7: a long inventory comes in chunks of which only the last has the mark") {
  ledger_scene home;
  for (std::uint64_t sequence = 1; sequence <= 60'000; sequence += 2) {
    record::open_job job;
    job.sequence = sequence;
    home.ledger.recover(job);
  }
  home.link_up();
  const auto chunks = home.sent<inventory>();
  REQUIRE(chunks.size() == 3);
  CHECK_FALSE(chunks[0].home_end);
  CHECK_FALSE(chunks[1].home_end);
  CHECK(chunks[2].home_end);
  CHECK(chunks[2].unfinished.back() == sequence_range{59'999, 59'999});
}

TEST_CASE("the inventory goes before fresh jobs, and all of it on the new link") {
  ledger_scene home;
  home.submit();
  home.link_up({}, 33);
  REQUIRE(home.fx.outputs.size() == 2);
  const auto& first = std::get<to_proxy>(home.fx.outputs[0]);
  const auto& second = std::get<to_proxy>(home.fx.outputs[1]);
  CHECK(first.link == 33);
  CHECK(std::holds_alternative<inventory>(first.content));
  CHECK(second.link == 33);
  CHECK(std::get<submit_batch>(second.content).jobs.at(0).fresh);
}

TEST_CASE("jobs that the proxy lacks are sent again and are not fresh") {
  ledger_scene home;
  home.link_up();
  submit_many(home, 3);
  home.hear(spec_request{{{2, 3}}});
  CHECK(home.submitted() == sequences{2, 3});
  CHECK_FALSE(home.sent<submit_batch>().at(0).jobs.at(0).fresh);
}

TEST_CASE("a job that is asked for twice at once is sent again once") {
  ledger_scene home;
  home.link_up(window(3));
  submit_many(home, 3);
  home.hear(spec_request{{{2, 3}}});
  home.hear(spec_request{{{3, 3}}});
  CHECK(home.submitted().empty());
  home.hear(submit_ack{3, 3 * size_of(job_spec{})});
  CHECK(home.submitted() == sequences{2, 3});
}

TEST_CASE("R11: jobs sent again share the credit with fresh ones and go first") {
  ledger_scene home;
  home.link_up(window(2));
  submit_many(home, 4);
  home.hear(spec_request{{{1, 2}}});
  CHECK(home.submitted().empty());
  home.hear(submit_ack{2, 2 * size_of(job_spec{})});
  CHECK(home.submitted() == sequences{1, 2});
  home.hear(submit_ack{4, 4 * size_of(job_spec{})});
  CHECK(home.submitted() == sequences{3, 4});
}

TEST_CASE("a job that the proxy asks for and that is not open here is cancelled there") {
  ledger_scene home;
  home.link_up();
  submit_many(home, 3);
  home.finish(2);
  home.hear(spec_request{{{1, 4}}});
  CHECK(home.submitted() == sequences{1, 3});
  CHECK(home.cancelled() == sequences{2, 4});
}

TEST_CASE("a request for an endless range costs a bounded answer") {
  ledger_scene home;
  home.link_up();
  home.submit();
  home.hear(spec_request{{{0, ~0ULL}}});
  CHECK(home.submitted() == sequences{1});
  CHECK(home.cancelled().size() <= 100'000);
}

TEST_CASE("what the proxy asked for on an old link is not sent on the new one") {
  ledger_scene home;
  home.link_up(window(1));
  home.submit();
  home.hear(spec_request{{{1, 1}}});
  home.link_down();
  home.link_up(window(1), 12);
  CHECK(home.submitted().empty());
}

TEST_CASE("R12: old unfinished jobs are asked about once every period") {
  ledger_scene home;
  home.link_up();
  submit_many(home, 3);
  home.finish(2);
  home.tick(4'999);
  CHECK(home.sent<audit>().empty());
  home.tick(1);
  REQUIRE(home.sent<audit>().size() == 1);
  CHECK(home.sent<audit>().at(0).unfinished == ranges{{1, 1}, {3, 3}});
  home.tick(100);
  CHECK(home.sent<audit>().empty());
  home.tick(4'900);
  CHECK(home.sent<audit>().size() == 1);
}

TEST_CASE("R12: jobs that were sent less than a period ago are not asked about") {
  ledger_scene home;
  home.link_up();
  home.tick(100);
  home.submit();
  home.tick(4'900);
  CHECK(home.sent<audit>().empty());
}

TEST_CASE("R12: a job that the proxy has not been sent yet is not asked about") {
  ledger_scene home;
  home.link_up(window(1));
  submit_many(home, 2);
  home.tick(5'000);
  CHECK(home.sent<audit>().at(0).unfinished == ranges{{1, 1}});
}

TEST_CASE("R12: many old jobs are asked about in turn") {
  ledger_scene home;
  for (std::uint64_t sequence = 1; sequence <= 15'000; ++sequence) {
    record::open_job job;
    job.sequence = sequence;
    home.ledger.recover(job);
  }
  home.link_up();
  home.tick(5'000);
  CHECK(home.sent<audit>().at(0).unfinished == ranges{{1, 10'000}});
  home.tick(5'000);
  CHECK(home.sent<audit>().at(0).unfinished == ranges{{10'001, 15'000}});
  home.tick(5'000);
  CHECK(home.sent<audit>().at(0).unfinished == ranges{{1, 10'000}});
}
