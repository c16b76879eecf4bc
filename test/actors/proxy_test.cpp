// Proxy, dispatcher and result collector together, with nodes that say what a test wants.
#include "test/actors/fake_node.hpp"
#include "test/actors/proxy_side.hpp"

#include <doctest/doctest.h>

#include <string>

namespace evenkeel::test {

namespace {

job_spec call_of(std::string function) {
  job_spec spec;
  spec.kind = job_kind::function;
  spec.text = std::move(function);
  return spec;
}

travelling_result result_of(const assignment& job) {
  travelling_result done{job.what.job, {}};
  done.result.assigned = job.what.assigned;
  done.result.attempt = job.attempt;
  done.result.out = "the result";
  return done;
}

/// A home that can run nothing, and an executor.
class cluster_fixture {
public:
  test_system world;
  proxy_side here{world};
  fake_node home{world, 1, {}};
  fake_node executor{world, 2, {"noop"}};

  void enter(fake_node& node) {
    node.ask_to_join(here.actor);
    world.run();
    REQUIRE_FALSE(node.welcomes().empty());
    node.say_inventory();
    world.run();
  }
  void enter_both() {
    enter(home);
    enter(executor);
  }
  assignment submit_one() {
    home.submit(1, call_of("noop"));
    world.run();
    REQUIRE(executor.assigned().size() == 1);
    return executor.assigned()[0];
  }
  /// Lets time go by while these send their reports.
  void live(std::int64_t ms, const std::vector<fake_node*>& nodes) {
    for (; ms > 0; ms -= 500) {
      world.advance(500);
      for (auto* node : nodes)
        node->report_load();
      world.run();
    }
  }
};

} // namespace

TEST_CASE_FIXTURE(cluster_fixture,
                  "R1: nobody is welcome before the epoch and his code are on disk") {
  here.disk.hold();
  home.ask_to_join(here.actor);
  world.advance(500);
  CHECK(home.welcomes().empty());
  here.disk.let_one_go(); // the epoch
  world.advance(500);
  CHECK(home.welcomes().empty());
  CHECK(here.disk.holds_synced());
  here.disk.let_one_go(); // its code
  world.run();
  REQUIRE(home.welcomes().size() == 1);
  CHECK(valid_ledger_code(home.welcomes()[0].code));
  CHECK(here.disk.records<record::proxy_identity>().size() == 1);
  const auto members = here.disk.records<record::member>();
  REQUIRE(members.size() == 1);
  CHECK(members[0].code == home.welcomes()[0].code);
}

TEST_CASE_FIXTURE(cluster_fixture,
                  "a submission is acknowledged to its home and assigned to an executor") {
  enter_both();
  home.submit(7, call_of("noop"));
  world.run();
  REQUIRE_FALSE(home.all<submit_ack>().empty());
  CHECK(home.all<submit_ack>().back().jobs == 1);
  const auto jobs = executor.assigned();
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0].what.job == job_id{home.ledger(), 7});
  CHECK(jobs[0].home_code == home.welcomes()[0].code);
  CHECK(jobs[0].spec.text == "noop");
  CHECK(home.assigned().empty());
}

TEST_CASE_FIXTURE(cluster_fixture,
                  "a submission is neither acknowledged nor assigned before it is written") {
  enter_both();
  here.disk.hold();
  home.submit(1, call_of("noop"));
  world.advance(300);
  CHECK(home.all<submit_ack>().empty());
  CHECK(executor.assigned().empty());
  here.disk.open_up();
  world.run();
  CHECK(home.all<submit_ack>().size() == 1);
  CHECK(executor.assigned().size() == 1);
}

TEST_CASE_FIXTURE(cluster_fixture, "a result is taken from its executor and goes home") {
  enter_both();
  const auto job = submit_one();
  executor.say(result_batch{0, {result_of(job)}});
  world.run();
  REQUIRE_FALSE(executor.all<result_taken>().empty());
  CHECK(executor.all<result_taken>().back().results == 1);
  CHECK(home.all<result_batch>() == std::vector{result_batch{0, {result_of(job)}}});
  CHECK(executor.all<result_ack>().empty());
}

TEST_CASE_FIXTURE(cluster_fixture,
                  "an executor forgets a result when its home has acknowledged it") {
  enter_both();
  const auto job = submit_one();
  executor.say(result_batch{0, {result_of(job)}});
  world.run();
  CHECK(here.relay->results_in_transit() == 1);
  home.say(result_ack{{job.what}});
  world.run();
  CHECK(executor.all<result_ack>() == std::vector{result_ack{{job.what}}});
  CHECK(here.relay->results_in_transit() == 0);
  CHECK(here.queue->count().jobs == 0);
}

TEST_CASE_FIXTURE(cluster_fixture, "R16: a result frees its slot for the next job") {
  enter_both();
  const auto first = submit_one();
  home.submit(2, call_of("noop"));
  world.run();
  CHECK(executor.assigned().size() == 1);
  executor.say(result_batch{0, {result_of(first)}});
  world.run();
  CHECK(executor.assigned().size() == 2);
}

TEST_CASE_FIXTURE(cluster_fixture, "a result of an absent home is kept on disk until it is back") {
  enter_both();
  const auto job = submit_one();
  world.kill(home.address);
  executor.say(result_batch{0, {result_of(job)}});
  world.run();
  CHECK(here.disk.records<record::waiting_result>().size() == 1);
  fake_node back{world, 1, {}, 2};
  back.ask_to_join(here.actor);
  world.run();
  back.say(inventory{true, true, {}, {{1, 1}}});
  world.run();
  CHECK(back.all<result_batch>() == std::vector{result_batch{0, {result_of(job)}}});
  back.say(result_ack{{job.what}});
  world.run();
  CHECK(here.disk.records<record::waiting_result>().empty());
  CHECK(executor.all<result_ack>().size() == 1);
}

TEST_CASE_FIXTURE(cluster_fixture, "R9: load reports are answered while commits are held back") {
  enter_both();
  here.disk.hold();
  home.submit(1, call_of("noop"));
  fake_node newcomer{world, 3};
  newcomer.ask_to_join(here.actor); // so that the proxy itself waits for a commit
  home.report_load();
  world.run();
  REQUIRE(home.heartbeats().size() == 1);
  CHECK(home.heartbeats()[0].stamp_us == static_cast<std::uint64_t>(read_clock().steady_us));
  live(10'000, {&home, &executor});
  CHECK(home.heartbeats().size() == 21);
  CHECK(executor.heartbeats().size() == 20);
  here.disk.open_up();
  world.run();
  CHECK(home.refusals().empty());
  CHECK(home.all<submit_ack>().size() == 1);
}

TEST_CASE_FIXTURE(cluster_fixture, "a report on a link that does not stand is refused at once") {
  enter_both();
  live(4'000, {&executor});
  here.disk.hold();
  home.report_load();
  world.run();
  CHECK(home.heartbeats().empty());
  REQUIRE_FALSE(home.refusals().empty());
  CHECK(home.refusals().back().reason == refusal_reason::starting);
}

TEST_CASE_FIXTURE(cluster_fixture, "who never joined is not heard") {
  enter(executor);
  fake_node stranger{world, 3};
  const auto& standing = executor.welcomes()[0];
  const link_header header{standing.proxy, executor.process(), standing.link, 2};
  caf::send_as(stranger.address, here.actor, header, drain{});
  caf::send_as(stranger.address, here.actor,
               load_report{standing.proxy, executor.process(), standing.link});
  caf::anon_send(here.actor, header, leave{});
  world.run();
  CHECK(stranger.heartbeats().empty());
  CHECK(stranger.refusals().empty());
  enter(home);
  submit_one();
}

TEST_CASE_FIXTURE(cluster_fixture,
                  "jobs of a node whose actor died go to another after its grace") {
  enter_both();
  const auto job = submit_one();
  fake_node spare{world, 3, {"noop"}};
  enter(spare);
  world.kill(executor.address);
  live(9'000, {&home, &spare});
  CHECK(spare.assigned().empty());
  live(5'000, {&home, &spare});
  const auto lost = home.all<lost_attempt_batch>();
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].attempts.at(0).sequence == 1);
  CHECK(lost[0].attempts.at(0).assigned == job.what.assigned);
  home.say(verdict_batch{{{1, job.what.assigned, 1, 0}}});
  world.run();
  REQUIRE(spare.assigned().size() == 1);
  CHECK(spare.assigned()[0].what.assigned > job.what.assigned);
}

TEST_CASE_FIXTURE(cluster_fixture, "a node that drains gets no more jobs") {
  enter_both();
  executor.say(drain{});
  home.submit(1, call_of("noop"));
  world.run();
  CHECK(executor.assigned().empty());
}

TEST_CASE_FIXTURE(cluster_fixture, "a question goes to the home that its ticket names, and back") {
  enter_both();
  const auto& code = home.welcomes()[0].code;
  client_request request;
  request.kind = request_kind::status;
  request.subject = {code, 5};
  here.disk.hold(); // questions on their way wait for nothing
  executor.say(query{40, code, request});
  world.run();
  REQUIRE(home.all<query>().size() == 1);
  CHECK(home.all<query>()[0].request == request);
  answer found;
  found.question = home.all<query>()[0].question;
  found.content.text = "found";
  home.say(found);
  world.run();
  REQUIRE(executor.all<answer>().size() == 1);
  CHECK(executor.all<answer>()[0].question == 40);
  CHECK(executor.all<answer>()[0].content.text == "found");
}

TEST_CASE_FIXTURE(cluster_fixture, "questions about the cluster are answered by the proxy") {
  enter_both();
  client_request request;
  request.kind = request_kind::nodes;
  home.say(query{8, {}, request});
  world.run();
  REQUIRE(home.all<answer>().size() == 1);
  CHECK(home.all<answer>()[0].question == 8);
  CHECK(home.all<answer>()[0].content.records.size() == 2);
  CHECK(executor.all<query>().empty());
}

} // namespace evenkeel::test
