// Nodes that are suspected, leave, come back in time or too late, and refuse.
#include "dispatch_harness.hpp"

#include <algorithm>

namespace evenkeel::core::dispatch_test {

TEST_CASE_FIXTURE(with_home, "a suspected node keeps its jobs until the grace is over") {
  join(1, 1);
  join(2, 1);
  submit_commands(home, 1, 1);
  (void)assigned(1);
  down(1);
  advance(settings.cluster.grace_ms - 100);
  CHECK(assigned(2).empty());
  CHECK(where(home, 1).reason == "executor-away");
  advance(200);
  const auto losses = lost(home);
  REQUIRE(losses.size() == 1);
  CHECK(losses.front().death); // it ran there
  say(home, verdict_batch{{{1, losses.front().assigned, 1, 1}}});
  CHECK(assigned_sequences(2) == sequences{1});
  CHECK(std::any_of(said.begin(), said.end(), [](const auto& output) {
    const auto* gone = std::get_if<executor_given_up>(&output);
    return gone != nullptr && gone->executor == ledger(1);
  }));
}

TEST_CASE_FIXTURE(with_home, "a rejoin within the grace with the same jobs changes nothing") {
  join(1, 2);
  submit_commands(home, 1, 2);
  const auto jobs = assigned(1);
  down(1);
  advance(2000);
  join(1, 2,
       {held(jobs.at(0).what, held_state::running), held(jobs.at(1).what, held_state::queued)});
  grace_over();
  CHECK(assigned(1).empty());
  CHECK(stopped(1).empty());
  CHECK(load(1) == 2);
}

TEST_CASE_FIXTURE(with_home, "after a clean leave its jobs run elsewhere at once") {
  join(1, 1);
  submit_commands(home, 1, 1);
  (void)assigned(1);
  join(2, 1);
  down(1, true);
  CHECK(assigned_sequences(2) == sequences{1});
  CHECK(lost(home).empty());
}

TEST_CASE_FIXTURE(with_home, "R8: a late tick gives every suspected node a new grace") {
  join(1, 1);
  submit_commands(home, 1, 1);
  (void)assigned(1);
  down(1);
  advance(settings.cluster.grace_ms - 1000);
  now.steady_us += 5'000'000; // we stood still
  advance(settings.cluster.grace_ms - 100);
  CHECK(lost(home).empty());
  advance(300);
  CHECK(lost(home).size() == 1);
}

TEST_CASE_FIXTURE(with_home,
                  "a result that comes after the grace ends the job that runs elsewhere") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto first = only_assigned(1);
  down(1);
  grace_over();
  say(home, verdict_batch{{{1, lost(home).front().assigned, 1, 1}}});
  join(2, 1);
  const auto second = only_assigned(2);
  join(1, 1, {held(first, held_state::finished)});
  result(1, first);
  CHECK(queue.count().ended == 1);
  CHECK(load(2) == 1); // until the home has taken the result
  acknowledge(home, first);
  CHECK(stopped(2) == std::vector<attempt_ref>{second});
  CHECK(queue.count().jobs == 0);
  release(2, second, release_reason::stopped);
  CHECK(load(2) == 0);
}

TEST_CASE_FIXTURE(with_home,
                  "an attempt that comes back after the grace gives way to a higher fence") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto first = only_assigned(1);
  down(1);
  grace_over();
  say(home, verdict_batch{{{1, lost(home).front().assigned, 1, 1}}});
  join(2, 1);
  (void)only_assigned(2);
  join(1, 1, {held(first, held_state::running)});
  CHECK(stopped(1) == std::vector<attempt_ref>{first});
  CHECK(stopped(2).empty());
}

TEST_CASE_FIXTURE(with_home, "a job refused by an executor is tried again a little later") {
  join(1, 1);
  submit_commands(home, 1, 1);
  release(1, only_assigned(1), release_reason::refused);
  CHECK(assigned(1).empty());
  CHECK(where(home, 1).reason == "refused-by-an-executor");
  CHECK(queue.count().queued == 1);
  CHECK(queue.count().delayed == 1);
  advance(settings.refused_retry_ms + 50);
  const auto again = assigned(1);
  REQUIRE(again.size() == 1);
  CHECK(again.front().attempt == 1); // it never started
}

TEST_CASE_FIXTURE(with_home, "a refused job that is cancelled meanwhile does not come back") {
  join(1, 1);
  submit_commands(home, 1, 1);
  release(1, only_assigned(1), release_reason::refused);
  cancel(home, 1);
  advance(settings.refused_retry_ms + 50);
  CHECK(assigned(1).empty());
  CHECK(queue.count().jobs == 0);
}

} // namespace evenkeel::core::dispatch_test
