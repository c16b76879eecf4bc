// key=: who submits again because a reply was lost gets the ticket of the first time.
#include "actors/core/ledger_jobs.hpp"
#include "test/core/ledger_fixture.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace evenkeel;
using namespace evenkeel::core;

namespace {

client_answer submit_with(ledger_scene& home, const std::string& key, job_spec spec = {}) {
  client_request request;
  request.kind = request_kind::submit;
  request.spec = std::move(spec);
  request.key = key;
  home.ask(request);
  return home.answer();
}

client_answer first_time(std::uint64_t sequence) {
  client_answer expected;
  expected.kind = request_kind::submit;
  expected.subject = {own_code, sequence};
  return expected;
}

client_answer again(std::uint64_t sequence) {
  auto expected = first_time(sequence);
  expected.repeated = true;
  return expected;
}

} // namespace

TEST_CASE("a key that is known gives the ticket that it has, whatever is submitted under it") {
  ledger_scene home;
  CHECK(submit_with(home, "nightly", command("date")) == first_time(1));
  CHECK(submit_with(home, "nightly", command("date")) == again(1));
  CHECK(submit_with(home, "nightly", command("uptime")) == again(1));
  CHECK(home.fx.changes.empty());
  CHECK(submit_with(home, "Nightly") == first_time(2));
  CHECK(submit_with(home, "") == first_time(3));
  CHECK(submit_with(home, "") == first_time(4));
  CHECK(home.ledger.open_jobs() == 4);
}

TEST_CASE("a key leads to its job however that ended, until it is forgotten") {
  ledger_scene home;
  home.link_up();
  submit_with(home, "done");
  submit_with(home, "cancelled");
  home.finish(1, result_of("today"));
  home.ask_about(request_kind::cancel, 2);
  CHECK(submit_with(home, "done") == again(1));
  CHECK(submit_with(home, "cancelled") == again(2));
  home.ask_about(request_kind::forget, 1);
  CHECK(submit_with(home, "done") == first_time(3));
  CHECK(submit_with(home, "done") == again(3));
}

TEST_CASE("a key is free again when the retention of its job ends") {
  ledger_limits limits;
  limits.retention_ms = 1000;
  ledger_scene home{limits};
  home.link_up();
  submit_with(home, "nightly");
  home.finish(1, result_of("today", home.now.wall_ms));
  home.tick(500);
  CHECK(submit_with(home, "nightly") == again(1));
  home.tick(60'000);
  home.tick(60'000);
  CHECK(submit_with(home, "nightly") == first_time(2));
}

TEST_CASE("keys of open and of finished jobs survive a restart") {
  ledger_scene home;
  home.link_up();
  submit_with(home, "open");
  submit_with(home, "finished");
  home.finish(2, result_of("today"));
  home.restart();
  CHECK(submit_with(home, "open") == again(1));
  CHECK(submit_with(home, "finished") == again(2));
  home.link_up();
  home.finish(1, result_of("today"));
  CHECK(submit_with(home, "open") == again(1));
}

TEST_CASE("a key is written with its job, in the same synced batch") {
  ledger_scene home;
  submit_with(home, "nightly");
  REQUIRE(home.fx.changes.size() == 1);
  CHECK(std::get<record::open_job>(home.fx.changes[0].content.value()).key == "nightly");
}

TEST_CASE("of two jobs with one key after a power cut, the younger has it") {
  for (const bool older_first : {true, false}) {
    ledger_jobs jobs;
    record::finished_job back_again; // its erasure was lost, that of a forgotten job
    back_again.sequence = 1;
    back_again.key = "nightly";
    record::open_job younger;
    younger.sequence = 2;
    younger.key = "nightly";
    if (older_first)
      jobs.recover(back_again);
    jobs.recover(younger);
    if (!older_first)
      jobs.recover(back_again);
    CHECK(jobs.find_key({"", "nightly"}) == 2);
    CHECK(jobs.check() == "");
    CHECK(jobs.forget(1));
    CHECK(jobs.find_key({"", "nightly"}) == 2);
    jobs.finish(2, {});
    CHECK(jobs.check() == "");
    CHECK(jobs.forget(2));
    CHECK(jobs.find_key({"", "nightly"}) == 0);
  }
}

TEST_CASE("a known key is answered where submissions are refused") {
  ledger_scene home;
  submit_with(home, "nightly");
  home.ledger.refuse_submissions(errc::busy, "the disk is nearly full");
  CHECK(submit_with(home, "nightly") == again(1));
  CHECK(submit_with(home, "weekly").code == errc::busy);
}

TEST_CASE("STATUS and LIST show the key") {
  ledger_scene home;
  home.link_up();
  submit_with(home, "nightly");
  home.link_down();
  home.ask_about(request_kind::status, 1);
  CHECK(home.answer().jobs.at(0).key == "nightly");
  home.link_up({}, first_link + 1);
  home.finish(1, result_of("today"));
  client_request list;
  list.kind = request_kind::list;
  home.ask(list);
  CHECK(home.answer().jobs.at(0).key == "nightly");
}
