// Own jobs: who asks with a token sees what was submitted with it, and nothing else.
#include "test/core/ledger_fixture.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace evenkeel;
using namespace evenkeel::core;

namespace {

const asker ana{"ana", false};
const asker bob{"bob", false};
const asker overseer{"overseer", true};
const asker nobody;

client_answer submit_as(ledger_scene& home, const asker& who, const std::string& key = {}) {
  client_request request;
  request.kind = request_kind::submit;
  request.spec = command("date");
  request.key = key;
  request.who = who;
  home.ask(request);
  return home.answer();
}

client_request about_as(const asker& who, request_kind kind, std::uint64_t sequence) {
  auto request = ledger_scene::about(kind, sequence);
  request.timeout_ms = 0;
  request.who = who;
  return request;
}

client_answer ask_as(ledger_scene& home, const asker& who, request_kind kind,
                     std::uint64_t sequence) {
  home.ask(about_as(who, kind, sequence));
  return home.answer();
}

/// What is said about a ticket that was never issued, with this one in its place.
client_answer never_issued(ledger_scene& home, const asker& who, request_kind kind,
                           std::uint64_t sequence) {
  auto answer = ask_as(home, who, kind, 4711);
  answer.subject.sequence = sequence;
  return answer;
}

std::vector<std::uint64_t> sequences(const client_answer& page) {
  std::vector<std::uint64_t> result;
  for (const auto& job : page.jobs)
    result.push_back(job.name.sequence);
  return result;
}

using numbers = std::vector<std::uint64_t>;

constexpr request_kind about_one[] = {request_kind::status, request_kind::result,
                                      request_kind::wait, request_kind::cancel,
                                      request_kind::forget};

} // namespace

TEST_CASE("another's job is answered like one that never was, whatever its state") {
  ledger_scene home;
  home.link_up();
  submit_as(home, ana); // 1: open
  submit_as(home, ana);
  home.finish(2, result_of("secret"));
  for (const std::uint64_t sequence : {1, 2})
    for (const auto kind : about_one) {
      const auto answer = ask_as(home, bob, kind, sequence);
      CHECK(answer.code == errc::not_found);
      CHECK(answer == never_issued(home, bob, kind, sequence));
      CHECK(home.fx.changes.empty());
    }
  CHECK(home.ledger.open_jobs() == 1);
  CHECK(home.ledger.finished_jobs() == 1);
}

TEST_CASE("another's job is not there for a question through the proxy either") {
  ledger_scene home;
  home.link_up();
  submit_as(home, ana);
  home.finish(1, result_of("secret"));
  home.hear(query{7, own_code, about_as(bob, request_kind::result, 1)});
  REQUIRE(home.sent<answer>().size() == 1);
  CHECK(home.sent<answer>()[0].content.code == errc::not_found);
  home.hear(query{8, own_code, about_as(ana, request_kind::result, 1)});
  CHECK(home.sent<answer>()[0].content.outputs == std::vector<std::string>{"secret"});
}

TEST_CASE("a wait for another's job does not wait") {
  ledger_scene home;
  home.link_up();
  submit_as(home, ana);
  auto wait = about_as(bob, request_kind::wait, 1);
  wait.timeout_ms = wait_for_ever;
  home.ask(wait);
  CHECK(home.answer().code == errc::not_found);
}

TEST_CASE("one's own job, and with the right to all anybody's, is seen and touched") {
  for (const auto& who : {ana, overseer, nobody}) {
    ledger_scene home;
    home.link_up();
    submit_as(home, ana);
    submit_as(home, ana);
    CHECK(ask_as(home, who, request_kind::cancel, 1).code == errc::ok);
    home.finish(2, result_of("today"));
    CHECK(ask_as(home, who, request_kind::result, 2).outputs.at(0) == "today");
    CHECK(ask_as(home, who, request_kind::forget, 2).code == errc::ok);
  }
}

TEST_CASE("what was submitted without a token is nobody's with one, but for who sees all") {
  ledger_scene home;
  submit_as(home, nobody);
  CHECK(ask_as(home, ana, request_kind::status, 1).code == errc::not_found);
  CHECK(ask_as(home, overseer, request_kind::status, 1).code == errc::ok);
}

TEST_CASE("LIST and getall show one's own jobs, page after page") {
  ledger_scene home;
  home.link_up();
  for (int i = 0; i < 3; ++i) {
    submit_as(home, ana); // 1 3 5
    submit_as(home, bob); // 2 4 6
  }
  home.link_down();
  home.link_up({}, first_link + 1);
  home.finish(1, result_of("1"));
  home.finish(2, result_of("2"));
  home.link_down();
  for (const auto kind : {request_kind::list, request_kind::all_results}) {
    const bool newest_first = kind == request_kind::list;
    client_request page;
    page.kind = kind;
    page.who = ana;
    page.limit = 2;
    home.ask(page);
    CHECK(sequences(home.answer()) == (newest_first ? numbers{5, 3} : numbers{1, 3}));
    CHECK(home.answer().more);
    page.after = home.answer().jobs.back().name;
    home.ask(page);
    CHECK(sequences(home.answer()) == (newest_first ? numbers{1} : numbers{5}));
    CHECK_FALSE(home.answer().more);
    page.after = {};
    page.limit = 100;
    page.who = overseer;
    home.ask(page);
    CHECK(home.answer().jobs.size() == 6);
  }
}

TEST_CASE("LIST by state and everywhere shows one's own jobs") {
  ledger_scene home;
  home.link_up();
  submit_as(home, ana);
  submit_as(home, bob);
  home.finish(1, result_of("1"));
  home.finish(2, result_of("2"));
  client_request page;
  page.kind = request_kind::list;
  page.who = bob;
  page.everywhere = true;
  page.state_mask = 1U << static_cast<unsigned>(job_state::done);
  home.ask(page);
  CHECK(sequences(home.answer()) == numbers{2});
}

TEST_CASE("WAIT ALL takes another's job for a forgotten one") {
  ledger_scene home;
  home.link_up();
  submit_as(home, ana);
  client_request wait;
  wait.kind = request_kind::wait_all;
  wait.own_sequences = {1};
  wait.who = bob;
  home.ask(wait);
  REQUIRE(home.answer().jobs.size() == 1);
  CHECK(home.answer().jobs[0].reason == "forgotten");
}

TEST_CASE("a key is its owner's: another's leads nowhere") {
  ledger_scene home;
  CHECK(submit_as(home, ana, "nightly").subject.sequence == 1);
  CHECK(submit_as(home, bob, "nightly").subject.sequence == 2);
  CHECK(submit_as(home, nobody, "nightly").subject.sequence == 3);
  CHECK(submit_as(home, overseer, "nightly").subject.sequence == 4);
  const auto again = submit_as(home, bob, "nightly");
  CHECK(again.repeated);
  CHECK(again.subject.sequence == 2);
}

TEST_CASE("owners and their keys survive a restart, of open and of finished jobs") {
  ledger_scene home;
  home.link_up();
  submit_as(home, ana, "open");
  submit_as(home, ana, "finished");
  home.finish(2, result_of("today"));
  home.restart();
  for (const std::uint64_t sequence : {1, 2}) {
    CHECK(ask_as(home, bob, request_kind::status, sequence).code == errc::not_found);
    CHECK(ask_as(home, ana, request_kind::status, sequence).code == errc::ok);
  }
  CHECK(submit_as(home, ana, "open").subject.sequence == 1);
  CHECK(submit_as(home, ana, "finished").subject.sequence == 2);
  CHECK_FALSE(submit_as(home, bob, "open").repeated);
}

TEST_CASE("who has too many unfinished jobs is told so, and others are not") {
  ledger_limits limits;
  limits.max_open_jobs_of_owner = 2;
  ledger_scene home{limits};
  home.link_up();
  submit_as(home, ana);
  submit_as(home, ana, "nightly");
  const auto refused = submit_as(home, ana);
  CHECK(refused.code == errc::busy);
  CHECK(refused.text == "too many unfinished jobs of ana on this node");
  CHECK(submit_as(home, ana, "nightly").repeated);
  CHECK(submit_as(home, bob).code == errc::ok);
  for (int i = 0; i < 5; ++i)
    CHECK(submit_as(home, nobody).code == errc::ok);
  home.restart(limits);
  CHECK(submit_as(home, ana).code == errc::busy);
  home.link_up();
  home.finish(1);
  CHECK(submit_as(home, ana).code == errc::ok);
}
