// The proxy dies and comes back, with its disk or without it; executors and homes report in any
// order (design sections 4 and 5). Nodes 1 to 3 run jobs, node 9 is a home.
#include "dispatch_harness.hpp"

namespace evenkeel::core::dispatch_test {

TEST_CASE_FIXTURE(with_home, "after a restart queued jobs wait until all executors have reported") {
  join(1, 1);
  join(2, 1);
  submit_commands(home, 1, 4);
  const auto first = only_assigned(1);
  const auto second = only_assigned(2);
  restart();
  CHECK(queue.count().jobs == 4);
  join(home, 0, {}, {{1, 4}});
  join(1, 2, {held(first, held_state::running)});
  CHECK(assigned(1).empty()); // node 2 may hold them
  CHECK(where(home, 3).reason == "waiting-for-executors-to-report");
  join(2, 1, {held(second, held_state::running)});
  CHECK(assigned_sequences(1) == sequences{3});
}

TEST_CASE_FIXTURE(with_home, "after a restart queued jobs wait no longer than the grace") {
  join(1, 1);
  join(2, 1);
  submit_commands(home, 1, 3);
  const auto first = only_assigned(1);
  restart();
  join(home, 0, {}, {{1, 3}});
  join(1, 2, {held(first, held_state::running)});
  grace_over();
  CHECK(assigned_sequences(1) == sequences{3});
  const auto losses = lost(home); // of what node 2 ran
  REQUIRE(losses.size() == 1);
  CHECK(losses.front().sequence == 2);
}

TEST_CASE_FIXTURE(with_home, "when the grace is over, a home that is here is waited for") {
  submit_commands(home, 1, 2);
  restart(); // and the disk has lost that one is finished
  join(1, 2);
  up(home);
  grace_over();
  CHECK(assigned(1).empty());
  tell_unfinished(home, {{2, 2}});
  CHECK(assigned_sequences(1) == sequences{2});
}

TEST_CASE_FIXTURE(with_home, "when the grace is over, a home that goes away is not waited for") {
  submit_commands(home, 1, 2);
  restart();
  join(1, 2);
  up(home);
  grace_over();
  down(home);
  CHECK(assigned_sequences(1) == sequences{1, 2});
}

TEST_CASE_FIXTURE(with_home, "after a restart fresh jobs need not wait for anybody") {
  join(1, 1);
  join(2, 1);
  restart();
  join(home, 0);
  join(1, 1);
  submit_commands(home, 1, 1);
  CHECK(assigned_sequences(1) == sequences{1});
}

TEST_CASE_FIXTURE(with_home, "after a restart jobs sent before wait for the executors' reports") {
  join(1, 1);
  join(2, 1);
  restart();
  join(home, 0);
  join(1, 1);
  submit(home, {sent_before(1)});
  CHECK(assigned(1).empty());
  join(2, 0);
  CHECK(assigned_sequences(1) == sequences{1});
}

TEST_CASE_FIXTURE(with_home, "placements are recovered and confirmed by inventories") {
  join(1, 2);
  submit_commands(home, 1, 3);
  const auto jobs = assigned(1);
  restart();
  CHECK(load(1) == 2);
  join(home, 0, {}, {{1, 3}});
  join(1, 2,
       {held(jobs.at(0).what, held_state::running), held(jobs.at(1).what, held_state::queued)});
  CHECK(load(1) == 2);
  CHECK(stopped(1).empty());
  CHECK(assigned(1).empty());
  result(1, jobs.at(0).what);
  CHECK(assigned_sequences(1) == sequences{3});
}

TEST_CASE_FIXTURE(with_home, "a recovered placement that its executor does not name runs anew") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto before = only_assigned(1);
  restart();
  join(home, 0, {}, {{1, 1}});
  join(1, 1);
  const auto again = assigned(1);
  REQUIRE(again.size() == 1);
  CHECK(again.front().what.assigned > before.assigned);
}

TEST_CASE_FIXTURE(with_home,
                  "R7: a lost placement waits for its home, where it may be finished long ago") {
  join(1, 2);
  submit_commands(home, 1, 2);
  restart();
  join(1, 2); // it has neither
  CHECK(assigned(1).empty());
  join(home, 0, {}, {{2, 2}});
  CHECK(assigned_sequences(1) == sequences{2});
  CHECK(queue.count().jobs == 1);
}

TEST_CASE_FIXTURE(with_home,
                  "an interrupted attempt is not run again while others may hold a later one") {
  join(1, 1);
  join(2, 1);
  submit_commands(home, 1, 1);
  const auto what = only_assigned(1);
  restart();
  join(home, 0, {}, {{1, 1}});
  join(1, 1, {held(what, held_state::interrupted)});
  CHECK(assigned(1).empty());
  join(2, 1);
  CHECK(assigned(1).size() + assigned(2).size() == 1);
}

TEST_CASE_FIXTURE(with_home,
                  "what has not started is taken back until its home has said that it is wanted") {
  join(1, 1);
  submit_commands(home, 1, 2);
  const auto what = only_assigned(1);
  restart();
  join(1, 1, {held(what, held_state::queued)});
  CHECK(recalled(1) == std::vector<attempt_ref>{what});
  say(1, release_batch{{{what, release_reason::recalled, {}}}});
  CHECK(assigned(1).empty());
  join(home, 0, {}, {{2, 2}}); // the first is finished
  CHECK(assigned_sequences(1) == sequences{2});
}

TEST_CASE_FIXTURE(with_home, "what has not started stays where it is once its home has reported") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto what = only_assigned(1);
  restart();
  join(home, 0, {}, {{1, 1}});
  join(1, 1, {held(what, held_state::queued)});
  CHECK(recalled(1).empty());
}

TEST_CASE_FIXTURE(with_home,
                  "every executor's end mark is answered, though nothing is to be stopped") {
  up(1);
  say(1, inventory{});
  CHECK(answered[ledger(1)] == 0);
  inventory last;
  last.executor_end = true;
  say(1, last);
  CHECK(answered[ledger(1)] == 1);
}

TEST_CASE_FIXTURE(with_home, "what an executor ran when it crashed is reported as a death") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto before = only_assigned(1);
  restart();
  join(home, 0, {}, {{1, 1}});
  new_process(1);
  join(1, 1, {held(before, held_state::interrupted, 1, true)});
  const auto losses = lost(home);
  REQUIRE(losses.size() == 1);
  CHECK(losses.front().death);
  CHECK(stopped(1) == std::vector<attempt_ref>{before}); // it may forget it
}

TEST_CASE_FIXTURE(with_home,
                  "an attempt given up that comes back and crashes then is lost once more") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto what = only_assigned(1);
  down(home); // so that the job is not held for its verdict
  down(1);
  grace_over();
  join(1, 1, {held(what, held_state::running)});
  new_process(1);
  join(1, 1, {held(what, held_state::interrupted, 1, true)});
  CHECK(assigned_sequences(1) == sequences{1});
  join(home, 0, {}, {{1, 1}});
  CHECK(lost(home).size() == 1); // one attempt, one death
}

// -- once jobs

TEST_CASE_FIXTURE(with_home,
                  "R3: with a wiped disk a granted job is awaited where its grant says") {
  join(1, 1);
  submit(home, {fresh_job(1, once_command())});
  auto job = sent_before(1, once_command());
  job.grant = grant_all(home).front().grant;
  const auto what = only_assigned(1);
  restart(true);
  join(home, 0, {}, {{1, 1}});
  submit(home, {job});
  grace_over();
  CHECK(lost(home).size() == 1); // it did not come in time: the home may say lost
  cancel(home, 1);
  join(1, 1, {held(what, held_state::running)});
  CHECK(stopped(1) == std::vector<attempt_ref>{what});
}

TEST_CASE_FIXTURE(with_home, "R3: with a wiped disk a granted job that its executor has goes on") {
  join(1, 1);
  submit(home, {fresh_job(1, once_command())});
  auto job = sent_before(1, once_command());
  job.grant = grant_all(home).front().grant;
  const auto what = only_assigned(1);
  restart(true);
  SUBCASE("the home is back first") {
    join(home, 0, {}, {{1, 1}});
    submit(home, {job});
    join(1, 1, {held(what, held_state::running)});
  }
  SUBCASE("the executor is back first") {
    join(1, 1, {held(what, held_state::running)});
    join(home, 0, {}, {{1, 1}});
    submit(home, {job});
  }
  grace_over();
  CHECK(lost(home).empty());
  CHECK(take<grant_request>(home).empty());
  CHECK(queue.count().assigned == 1);
}

TEST_CASE_FIXTURE(with_home,
                  "R3: a recovered grant is waited for at its executor, and nowhere else") {
  join(1, 1);
  submit(home, {fresh_job(1, once_command())});
  grant_all(home);
  (void)only_assigned(1);
  restart();
  join(home, 0, {}, {{1, 1}});
  join(2, 1);
  new_process(1);
  join(1, 1); // a new process, which has it no more
  CHECK(lost(home).size() == 1);
  CHECK(assigned(2).empty());
  CHECK(take<grant_request>(home).empty());
}

TEST_CASE_FIXTURE(with_home, "R1: with a raised epoch jobs wait for the executors anew") {
  submit_commands(home, 1, 1);
  down(home);
  current.counter = 40;
  begin(false);
  join(1, 1);
  CHECK(assigned(1).empty());
  join(home, 0, {}, {{1, 1}});
  const auto what = only_assigned(1);
  CHECK(what.assigned.epoch == 41);
}

TEST_CASE_FIXTURE(with_home,
                  "R8: a proxy that stands still after its start gives everyone a new grace") {
  join(1, 1);
  submit_commands(home, 1, 1);
  (void)assigned(1);
  restart();
  join(home, 0, {}, {{1, 1}});
  now.steady_us += 20'000'000;
  advance(settings.cluster.grace_ms - 100);
  CHECK(lost(home).empty());
}

} // namespace evenkeel::core::dispatch_test
