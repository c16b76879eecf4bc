// The proxy comes back without its disk: homes submit again, executors tell what they hold.
#include "dispatch_harness.hpp"

namespace evenkeel::core::dispatch_test {

TEST_CASE_FIXTURE(with_home,
                  "with a wiped disk the homes submit again and executors tell the rest") {
  join(1, 2);
  submit_commands(home, 1, 4);
  const auto jobs = assigned(1);
  restart(true);
  join(home, 0, {}, {{1, 4}});
  CHECK(wanted(home) == std::vector<sequence_range>{{1, 4}});
  submit(home, {sent_before(1), sent_before(2), sent_before(3), sent_before(4)});
  join(1, 3,
       {held(jobs.at(0).what, held_state::running), held(jobs.at(1).what, held_state::queued)});
  CHECK(assigned(1).empty()); // nobody knows who else is out there
  grace_over();
  CHECK(assigned_sequences(1) == sequences{3});
  CHECK(queue.count().jobs == 4);
  CHECK(stopped(1).empty());
}

TEST_CASE_FIXTURE(with_home,
                  "an executor's jobs live on while their home has yet to submit them again") {
  join(1, 2);
  submit_commands(home, 1, 2);
  const auto jobs = assigned(1);
  restart(true);
  join(home, 0, {}, {{1, 2}}); // names them; their specs are on their way
  join(1, 2,
       {held(jobs.at(0).what, held_state::running), held(jobs.at(1).what, held_state::finished)});
  CHECK(stopped(1).empty());
  submit(home, {sent_before(1), sent_before(2)});
  grace_over();
  CHECK(assigned(1).empty());
  CHECK(queue.count().assigned == 1);
  CHECK(queue.count().ended == 1);
}

TEST_CASE_FIXTURE(with_home,
                  "with a wiped disk an interrupted attempt waits for who may have a later one") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto what = only_assigned(1);
  restart(true);
  join(1, 1, {held(what, held_state::interrupted)});
  join(home, 0, {}, {{1, 1}});
  submit(home, {sent_before(1)});
  CHECK(assigned(1).empty()); // somebody who is not back yet may have its result
  grace_over();
  CHECK(assigned_sequences(1) == sequences{1});
}

TEST_CASE_FIXTURE(
    with_home, "after a verdict on an attempt of an earlier epoch a later one may still be away") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto what = only_assigned(1);
  restart(true);
  join(home, 0, {}, {{1, 1}});
  submit(home, {sent_before(1)});
  join(1, 1, {held(what, held_state::interrupted, 1, true)});
  REQUIRE(lost(home).size() == 1);
  say(home, verdict_batch{{{1, what.assigned, 1, 1}}});
  CHECK(assigned(1).empty());
  grace_over();
  CHECK(assigned_sequences(1) == sequences{1});
}

TEST_CASE_FIXTURE(with_home, "with a wiped disk a job finished at an executor is not run again") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto what = only_assigned(1);
  restart(true);
  join(1, 1, {held(what, held_state::finished)});
  join(home, 0, {}, {{1, 1}});
  submit(home, {sent_before(1)});
  grace_over();
  CHECK(assigned(1).empty());
  result(1, what);
  acknowledge(home, what);
  CHECK(queue.count().jobs == 0);
}

TEST_CASE_FIXTURE(with_home,
                  "a job told by its executor alone is submitted by its home when lost there") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto what = only_assigned(1);
  restart(true);
  join(1, 1, {held(what, held_state::running)});
  down(1, true);
  join(2, 1);
  CHECK(assigned(2).empty());
  join(home, 0, {}, {{1, 1}});
  CHECK(wanted(home) == std::vector<sequence_range>{{1, 1}});
  submit(home, {sent_before(1)});
  CHECK(assigned(2).empty()); // somebody else may have a later attempt
  grace_over();
  const auto again = assigned(2);
  REQUIRE(again.size() == 1);
  CHECK(again.front().attempt == 2);
}

TEST_CASE_FIXTURE(with_home,
                  "a job told by its executor alone and refused there waits for its spec") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto what = only_assigned(1);
  restart(true);
  join(1, 1, {held(what, held_state::queued)});
  join(home, 0, {}, {{1, 1}});
  release(1, what, release_reason::refused);
  submit(home, {sent_before(1)});
  advance(settings.refused_retry_ms + 50);
  CHECK(assigned_sequences(1) == sequences{1});
}

TEST_CASE_FIXTURE(
    with_home, "of two live attempts of one job the lower fence is stopped, whoever comes first") {
  const attempt_ref low{job(home, 1), {3, 5}};
  const attempt_ref high{job(home, 1), {4, 1}};
  SUBCASE("the lower first") {
    restart(true);
    join(1, 1, {held(low, held_state::running)});
    join(2, 1, {held(high, held_state::running, 2)});
  }
  SUBCASE("the higher first") {
    restart(true);
    join(2, 1, {held(high, held_state::running, 2)});
    join(1, 1, {held(low, held_state::running)});
  }
  CHECK(stopped(1) == std::vector<attempt_ref>{low});
  CHECK(stopped(2).empty());
  release(1, low, release_reason::stopped);
  CHECK(load(1) == 0);
  CHECK(queue.count().assigned == 1);
}

TEST_CASE_FIXTURE(with_home,
                  "a job cancelled while its executor was away is stopped when both are back") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto what = only_assigned(1);
  const bool wiped = true;
  SUBCASE("the proxy went on") {
    down(1);
    cancel(home, 1);
    join(1, 1, {held(what, held_state::running)});
  }
  SUBCASE("the home is back first") {
    restart();
    join(home, 0);
    join(1, 1, {held(what, held_state::running)});
  }
  SUBCASE("the executor is back first") {
    restart();
    join(1, 1, {held(what, held_state::running)});
    CHECK(stopped(1).empty());
    join(home, 0);
  }
  SUBCASE("the home is back first, and the disk is gone") {
    restart(wiped);
    join(home, 0);
    join(1, 1, {held(what, held_state::queued)});
  }
  SUBCASE("the executor is back first, and the disk is gone") {
    restart(wiped);
    join(1, 1, {held(what, held_state::running)});
    join(home, 0);
  }
  CHECK(stopped(1) == std::vector<attempt_ref>{what});
  release(1, what, release_reason::stopped);
  CHECK(load(1) == 0);
  CHECK(queue.count().jobs == 0);
}

TEST_CASE_FIXTURE(
    with_home,
    "a job that is stopped on an absent executor is stopped though its home is away too") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto what = only_assigned(1);
  down(1);
  cancel(home, 1);
  down(home);
  join(1, 1, {held(what, held_state::running)});
  CHECK(stopped(1) == std::vector<attempt_ref>{what});
  CHECK(queue.count().jobs == 0);
}

} // namespace evenkeel::core::dispatch_test
