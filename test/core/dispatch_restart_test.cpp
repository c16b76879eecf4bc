// The proxy dies and comes back, with its disk or without it; executors and homes report in any
// order (design sections 4 and 5). Nodes 1 to 3 run jobs, node 9 is a home.
#include "dispatch_harness.hpp"

namespace evenkeel::core::test {

namespace {

constexpr std::uint64_t home = 9;

using sequences = std::vector<std::uint64_t>;

struct with_home : dispatch_harness {
  explicit with_home(dispatch_settings with = {}) : dispatch_harness{std::move(with)} {
    join(home, 0);
  }
};

} // namespace

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

// -- the disk is gone

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

} // namespace evenkeel::core::test
