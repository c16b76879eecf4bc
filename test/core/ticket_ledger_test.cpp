#include "actors/core/ticket_ledger.hpp"

#include "test/core/ledger_fixture.hpp"

#include <doctest/doctest.h>

using namespace evenkeel;
using namespace evenkeel::core;

using sequences = std::vector<std::uint64_t>;

TEST_CASE("a submission is answered with its ticket in the synced step that records the job") {
  ledger_scene home;
  home.submit(command("date"));
  CHECK(home.answer().code == errc::ok);
  CHECK(home.answer().subject == ticket{own_code, 1});
  CHECK(home.fx.needed == durability::synced);
  REQUIRE(home.fx.changes.size() == 1);
  const auto& job = std::get<record::open_job>(*home.fx.changes[0].content);
  CHECK(job.sequence == 1);
  CHECK(job.submitted_ms == home.now.wall_ms);
  CHECK(job.spec == command("date"));
}

TEST_CASE("sequences count up from 1") {
  ledger_scene home;
  CHECK(home.submit() == 1);
  CHECK(home.submit() == 2);
  CHECK(home.ledger.open_jobs() == 2);
}

TEST_CASE("R5: a ledger without a confirmed code accepts no submission") {
  ledger_scene home;
  home.ledger.on_identity(own_ledger, "");
  home.submit();
  CHECK(home.answer().code == errc::unavailable);
  CHECK(home.answer().text == "this node has not met a proxy yet");
  CHECK(home.fx.changes.empty());
}

TEST_CASE("submissions are refused with the given code until they are accepted again") {
  ledger_scene home;
  home.ledger.refuse_submissions(errc::busy, "the disk is nearly full");
  home.submit();
  CHECK(home.answer().code == errc::busy);
  CHECK(home.answer().text == "the disk is nearly full");
  home.ledger.accept_submissions();
  home.submit();
  CHECK(home.answer().code == errc::ok);
}

TEST_CASE("more open jobs than the limit are refused as busy") {
  ledger_limits limits;
  limits.max_open_jobs = 1;
  ledger_scene home{limits};
  home.link_up();
  home.submit();
  home.submit();
  CHECK(home.answer().code == errc::busy);
  home.finish(1);
  home.submit();
  CHECK(home.answer().code == errc::ok);
}

TEST_CASE("more bytes in open jobs than the limit are refused as busy") {
  ledger_limits limits;
  limits.max_open_bytes = size_of(command("12345"));
  ledger_scene home{limits};
  home.submit(command("123456"));
  CHECK(home.answer().code == errc::busy);
  home.submit(command("12345"));
  CHECK(home.answer().code == errc::ok);
}

TEST_CASE("R15: a sequence that this ledger does not hold is not found") {
  ledger_scene home;
  for (const auto kind : {request_kind::status, request_kind::result, request_kind::wait,
                          request_kind::cancel, request_kind::forget}) {
    home.ask_about(kind, 5);
    CHECK(home.answer().kind == kind);
    CHECK(home.answer().code == errc::not_found);
    CHECK(home.answer().subject == ticket{own_code, 5});
    CHECK(home.answer().text == "no such job here; it may have been forgotten");
  }
}

TEST_CASE("R15: a ticket of another ledger is never said to be not found") {
  ledger_scene home;
  auto request = ledger_scene::about(request_kind::status, 1);
  request.subject.code = "zzzzz";
  home.ask(request);
  CHECK(home.answer().code == errc::internal);
  CHECK(home.answer().subject == ticket{"zzzzz", 1});
}

TEST_CASE("requests that are the proxy's matter are refused as a defect of ours") {
  ledger_scene home;
  client_request request;
  request.kind = request_kind::nodes;
  home.ask(request);
  CHECK(home.answer().code == errc::internal);
}

TEST_CASE("the result of an unfinished job is not ready") {
  ledger_scene home;
  home.submit();
  home.ask_about(request_kind::result, 1);
  CHECK(home.answer().code == errc::not_ready);
  CHECK(home.answer().subject.sequence == 1);
}

TEST_CASE("the result of a finished job carries the chosen streams") {
  ledger_scene home;
  home.link_up();
  home.submit(command("date"));
  auto result = result_of("out");
  result.err = "err!";
  home.finish(1, result);
  auto request = ledger_scene::about(request_kind::result, 1);
  using streams = std::vector<std::string>;
  for (const auto& [choice, outputs] :
       {std::pair{stream_choice::none, streams{}}, std::pair{stream_choice::out, streams{"out"}},
        std::pair{stream_choice::err, streams{"err!"}},
        std::pair{stream_choice::both, streams{"out", "err!"}}}) {
    request.streams = choice;
    home.ask(request);
    CHECK(home.answer().outputs == outputs);
  }
  const auto view = home.answer().jobs.at(0);
  CHECK(view.state == job_state::done);
  CHECK(view.out_bytes == 3);
  CHECK(view.err_bytes == 4);
  CHECK(view.node == "b");
  CHECK(view.text == "date");
  CHECK(view.submitted_ms == home.now.wall_ms);
}

TEST_CASE("a view shows the first 80 bytes of a command") {
  ledger_scene home;
  home.submit(command(std::string(200, 'x')));
  home.ask_about(request_kind::status, 1);
  CHECK(home.answer().jobs.at(0).text == std::string(80, 'x'));
}

TEST_CASE("a cancellation ends an open job durably") {
  ledger_scene home;
  home.submit();
  home.ask_about(request_kind::cancel, 1);
  CHECK(home.answer().code == errc::ok);
  CHECK_FALSE(home.answer().repeated);
  CHECK(home.fx.needed == durability::synced);
  const auto& job = std::get<record::finished_job>(*home.fx.changes.at(0).content);
  CHECK(job.result.how == outcome::cancelled);
  CHECK(job.result.ended_ms == home.now.wall_ms);
  home.ask_about(request_kind::status, 1);
  CHECK(home.answer().jobs.at(0).state == job_state::cancelled);
}

TEST_CASE("a cancellation is told to the proxy when the job was ever sent") {
  ledger_scene home;
  home.link_up();
  home.submit();
  home.ask_about(request_kind::cancel, 1);
  CHECK(home.cancelled() == sequences{1});
}

TEST_CASE("a job that was cancelled before it was sent is never sent") {
  ledger_scene home;
  home.submit();
  home.ask_about(request_kind::cancel, 1);
  home.link_up();
  CHECK(home.submitted().empty());
  CHECK(home.cancelled().empty());
}

TEST_CASE("a second cancellation says that it is a repetition") {
  ledger_scene home;
  home.submit();
  home.ask_about(request_kind::cancel, 1);
  home.ask_about(request_kind::cancel, 1);
  CHECK(home.answer().code == errc::ok);
  CHECK(home.answer().repeated);
  CHECK(home.fx.changes.empty());
}

TEST_CASE("a job that has ended otherwise cannot be cancelled") {
  ledger_scene home;
  home.link_up();
  home.submit();
  home.finish(1);
  home.ask_about(request_kind::cancel, 1);
  CHECK(home.answer().code == errc::conflict);
  CHECK(home.answer().subject.sequence == 1);
}

TEST_CASE("a result that comes after a cancellation is acknowledged and dropped") {
  ledger_scene home;
  home.link_up();
  home.submit();
  home.ask_about(request_kind::cancel, 1);
  home.finish(1, result_of("late"));
  CHECK(home.fx.changes.empty());
  CHECK(home.sent<result_ack>().size() == 1);
  home.ask_about(request_kind::result, 1);
  CHECK(home.answer().jobs.at(0).state == job_state::cancelled);
}

TEST_CASE("a forgotten job is erased together with a record of what was issued") {
  ledger_scene home;
  home.link_up();
  home.submit();
  home.finish(1);
  home.ask_about(request_kind::forget, 1);
  CHECK(home.answer().code == errc::ok);
  CHECK(home.fx.needed == durability::synced);
  REQUIRE(home.fx.changes.size() == 2);
  CHECK(home.fx.changes[0] == record::erase(record::ledger_job_key(1)));
  CHECK(home.fx.changes[1] == record::put(record::issued{2}));
  home.ask_about(request_kind::result, 1);
  CHECK(home.answer().code == errc::not_found);
}

TEST_CASE("an unfinished job cannot be forgotten") {
  ledger_scene home;
  home.submit();
  home.ask_about(request_kind::forget, 1);
  CHECK(home.answer().code == errc::conflict);
  CHECK(home.answer().text.find("cancel it first") != std::string::npos);
  CHECK(home.ledger.open_jobs() == 1);
}

TEST_CASE("the status of an open job without a link is queued for want of a proxy") {
  ledger_scene home;
  home.submit();
  home.ask_about(request_kind::status, 1);
  CHECK(home.answer().jobs.at(0).state == job_state::queued);
  CHECK(home.answer().jobs.at(0).reason == "no-proxy");
}

TEST_CASE("the status of an open job is merged with what the proxy knows") {
  ledger_scene home;
  home.link_up();
  home.submit(command("date"));
  const auto from = home.ask_about(request_kind::status, 1);
  CHECK(home.replies().empty());
  const auto question = home.sent<locate>().at(0);
  CHECK(question.sequences == sequences{1});
  home.hear(located{question.question, {{1, job_state::running, 2, 1'234, "c", ""}}});
  CHECK(home.replies().at(0).to == from);
  const auto view = home.answer().jobs.at(0);
  CHECK(view.state == job_state::running);
  CHECK(view.attempt == 2);
  CHECK(view.node == "c");
  CHECK(view.started_ms == 1'234);
  CHECK(view.text == "date");
}

TEST_CASE("a status that the proxy does not answer in time is queued") {
  ledger_scene home;
  home.link_up();
  home.submit();
  home.ask_about(request_kind::status, 1);
  home.tick(999);
  CHECK(home.replies().empty());
  home.tick(1);
  CHECK(home.answer().jobs.at(0).state == job_state::queued);
}

TEST_CASE("a status that waits for the proxy is answered when the link goes down") {
  ledger_scene home;
  home.link_up();
  home.submit();
  home.ask_about(request_kind::status, 1);
  const auto question = home.sent<locate>().at(0).question;
  home.link_down();
  CHECK(home.answer().jobs.at(0).state == job_state::queued);
  home.link_up({}, 12);
  home.hear(located{question, {}});
  CHECK(home.replies().empty());
}

TEST_CASE("a job that ended while the proxy was asked shows its end") {
  ledger_scene home;
  home.link_up();
  home.submit();
  home.ask_about(request_kind::status, 1);
  const auto question = home.sent<locate>().at(0).question;
  home.finish(1);
  home.hear(located{question, {{1, job_state::running, 1, 5, "c", ""}}});
  CHECK(home.answer().jobs.at(0).state == job_state::done);
}

TEST_CASE("another node's request is answered through the proxy") {
  ledger_scene home;
  home.link_up();
  home.submit();
  home.hear(query{77, own_code, ledger_scene::about(request_kind::result, 1)});
  CHECK(home.replies().empty());
  const auto reply = home.sent<evenkeel::answer>().at(0);
  CHECK(reply.question == 77);
  CHECK(reply.content.code == errc::not_ready);
}

TEST_CASE("another node's request cannot submit here") {
  ledger_scene home;
  home.link_up();
  client_request request;
  request.kind = request_kind::submit;
  home.hear(query{77, own_code, request});
  CHECK(home.sent<evenkeel::answer>().at(0).content.code == errc::bad_request);
  CHECK(home.ledger.open_jobs() == 0);
}
