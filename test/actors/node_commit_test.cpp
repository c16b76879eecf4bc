// A node and its disk: what waits for a commit, what must not, and a disk that is full.
#include "test/actors/node_fixture.hpp"

#include <doctest/doctest.h>

namespace evenkeel::test {

TEST_CASE("R5: a node connects only when its new incarnation is on disk") {
  node_fixture node{true};
  node.world.advance(1000);
  CHECK(node.disk.holds_synced());
  CHECK(node.around->connects == 0);
  node.disk.let_go();
  node.world.run();
  CHECK(node.around->connects == 1);
  REQUIRE(node.proxy.joins().size() == 1);
  const auto identities = node.disk.records<record::identity>();
  REQUIRE(identities.size() == 1);
  CHECK(identities[0].incarnation_counter == node.proxy.joins()[0].process.counter);
}

TEST_CASE_FIXTURE(node_fixture, "a submission is answered when its commit is through, not before") {
  join_cluster();
  disk.hold();
  const auto number = ask(submit_function("noop"));
  CHECK(session.answers().empty());
  CHECK(disk.holds_synced());
  world.advance(1000);
  CHECK(session.answers().empty());
  disk.let_go();
  world.run();
  CHECK(answer_to(number).code == errc::ok);
  CHECK(answer_to(number).subject == ticket{fake_proxy::code, 1});
  CHECK(disk.records<record::open_job>().size() == 1);
}

TEST_CASE_FIXTURE(node_fixture, "a job goes to the proxy only after its commit") {
  join_cluster();
  disk.hold();
  ask(submit_function("noop"));
  CHECK(proxy.all<submit_batch>().empty());
  disk.open_up();
  world.run();
  const auto batches = proxy.all<submit_batch>();
  REQUIRE(batches.size() == 1);
  REQUIRE(batches[0].jobs.size() == 1);
  CHECK(batches[0].jobs[0].spec.text == "noop");
}

TEST_CASE_FIXTURE(node_fixture, "submissions that wait together share a commit and a message") {
  join_cluster();
  disk.hold();
  for (int i = 0; i < 10; ++i)
    session.ask(actor, submit_function("noop"));
  world.run();
  CHECK(disk.held() == 1);
  disk.open_up();
  world.run();
  CHECK(session.answers().size() == 10);
  REQUIRE(proxy.all<submit_batch>().size() == 1);
  CHECK(proxy.all<submit_batch>()[0].jobs.size() == 10);
}

TEST_CASE_FIXTURE(node_fixture, "a question waits for the commits before it") {
  join_cluster();
  disk.hold();
  const auto submitted = ask(submit_function("noop"));
  const auto cancelled = ask(about(request_kind::cancel, {fake_proxy::code, 1}));
  CHECK(session.answers().empty());
  disk.open_up();
  world.run();
  CHECK(answer_to(submitted).code == errc::ok);
  CHECK(answer_to(cancelled).code == errc::ok);
}

TEST_CASE_FIXTURE(node_fixture, "a result is acknowledged when it is on disk, not before") {
  join_cluster();
  ask(submit_function("noop"));
  const auto waited = ask(about(request_kind::wait, {fake_proxy::code, 1}));
  disk.hold();
  travelling_result done{{own_ledger, 1}, {}};
  done.result.assigned = {3, 1};
  done.result.attempt = 1;
  proxy.say(result_batch{0, {done}});
  world.run();
  CHECK(disk.holds_synced());
  CHECK(proxy.all<result_ack>().empty());
  CHECK(session.answer_to(waited) == nullptr);
  disk.open_up();
  world.run();
  CHECK(proxy.all<result_ack>() == std::vector{result_ack{{{{own_ledger, 1}, {3, 1}}}}});
  CHECK(answer_to(waited).code == errc::ok);
  CHECK(disk.records<record::finished_job>().size() == 1);
}

TEST_CASE_FIXTURE(node_fixture,
                  "R18: a home call runs while the disk is busy, and its ticket waits for it") {
  proxy.settings.home_call_us = 1'000;
  join_cluster();
  for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
    ask(submit_function("noop"));
    travelling_result done{{own_ledger, sequence}, {}};
    done.result.assigned = {3, sequence};
    done.result.started_ms = done.result.ended_ms = 1;
    proxy.say(result_batch{0, {done}});
    world.run();
  }
  disk.hold();
  const auto number = ask(submit_function("noop"));
  REQUIRE(executor_heard->calls.size() == 1);
  CHECK(disk.held() == 0);
  core::home_call_news news;
  news.ended.push_back({executor_heard->calls.front().number, 1, {}});
  caf::anon_send(actor, news);
  world.run();
  CHECK(disk.holds_synced());
  CHECK(session.answer_to(number) == nullptr);
  disk.open_up();
  world.run();
  CHECK(answer_to(number).subject == ticket{fake_proxy::code, 4});
  CHECK(answer_to(number).jobs.size() == 1);
  CHECK(disk.records<record::open_job>().empty());
  CHECK(proxy.all<submit_batch>().size() == 3);
}

TEST_CASE_FIXTURE(node_fixture,
                  "R9: load reports pass commits that are held back and carry the lag") {
  join_cluster();
  disk.hold();
  world.advance(1000);
  const auto before = proxy.reports().size();
  REQUIRE(before > 0);
  CHECK(proxy.reports().back().commit_lag_ms == 0);
  ask(submit_function("noop"));
  world.advance(4000);
  REQUIRE(proxy.reports().size() >= before + 8);
  std::uint32_t last = 0;
  for (auto at = before; at < proxy.reports().size(); ++at) {
    CHECK(proxy.reports()[at].commit_lag_ms > last);
    last = proxy.reports()[at].commit_lag_ms;
  }
  CHECK(last >= 3500);
  CHECK(executor_heard->downs.empty());
  CHECK(session.answers().empty());
}

TEST_CASE_FIXTURE(node_fixture, "R9: the lag is gone when the disk is well again") {
  join_cluster();
  disk.hold();
  ask(submit_function("noop"));
  world.advance(2000);
  REQUIRE_FALSE(proxy.reports().empty());
  CHECK(proxy.reports().back().commit_lag_ms > 0);
  disk.open_up();
  world.advance(1000);
  CHECK(proxy.reports().back().commit_lag_ms == 0);
}

TEST_CASE_FIXTURE(node_fixture, "R9: load reports carry the lag of the executor's commits too") {
  join_cluster();
  caf::anon_send(actor, load_numbers{1, 2, 3, 4, 4000});
  world.advance(1000);
  const auto& report = proxy.reports().back();
  CHECK(report.queued == 1);
  CHECK(report.running == 2);
  CHECK(report.done == 3);
  CHECK(report.commit_lag_ms == 4000);
}

TEST_CASE_FIXTURE(node_fixture, "R13: submissions get busy while the disk is nearly full") {
  join_cluster();
  around->free_disk_bytes = 999;
  world.advance(1100);
  CHECK(answer_to(ask(submit_function("noop"))).code == errc::busy);
  CHECK(disk.records<record::open_job>().empty());
  around->free_disk_bytes = 1000;
  world.advance(1100);
  CHECK(answer_to(ask(submit_function("noop"))).code == errc::ok);
}

TEST_CASE_FIXTURE(node_fixture, "R13: other requests are answered while the disk is nearly full") {
  join_cluster();
  ask(submit_function("noop"));
  around->free_disk_bytes = 0;
  world.advance(1100);
  CHECK(answer_to(ask(about(request_kind::cancel, {fake_proxy::code, 1}))).code == errc::ok);
}

} // namespace evenkeel::test
