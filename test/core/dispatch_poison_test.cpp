// R14: deaths are counted at home, and the last try runs alone.
#include "dispatch_harness.hpp"

namespace evenkeel::core::dispatch_test {

namespace {

dispatch_settings with_deaths(std::uint32_t most) {
  dispatch_settings settings;
  settings.max_deaths = most;
  return settings;
}

/// A job that has died so often that only its last try is left, on node 2; node 1 stays idle.
void bring_to_last_try(with_home& h) {
  h.join(1, 1);
  h.submit_commands(home, 1, 1);
  h.release(1, h.only_assigned(1), release_reason::died);
  const auto losses = h.lost(home);
  REQUIRE(losses.size() == 1);
  CHECK(losses.front().death);
  h.say(home, verdict_batch{{{1, losses.front().assigned, 1, 1}}});
}

} // namespace

TEST_CASE_FIXTURE(with_home, "R14: the home counts a death and its verdict sends the job back") {
  join(1, 1);
  join(2, 1);
  submit_commands(home, 1, 1);
  release(1, only_assigned(1), release_reason::died);
  CHECK(assigned(1).empty());
  const auto losses = lost(home);
  REQUIRE(losses.size() == 1);
  CHECK(losses.front().death);
  CHECK(losses.front().attempt == 1);
  say(home, verdict_batch{{{1, losses.front().assigned, 1, 1}}});
  const auto again = assigned(1);
  REQUIRE(again.size() == 1);
  CHECK(again.front().attempt == 2);
}

TEST_CASE_FIXTURE(with_home, "R14: a death is fsynced, a first assignment is not") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto what = only_assigned(1);
  CHECK(needed == durability::written);
  release(1, what, release_reason::died);
  CHECK(needed == durability::synced);
}

TEST_CASE_FIXTURE(with_home, "R14: what its home tells of a job's deaths counts, not the disk") {
  submit_commands(home, 1, 1);
  restart();
  up(home);
  say(home, verdict_batch{{{1, {1, 5}, 2, 2}}});
  tell_unfinished(home, {{1, 1}});
  join(1, 2);
  grace_over();
  const auto jobs = assigned(1);
  REQUIRE(jobs.size() == 1);
  CHECK(jobs.front().attempt == 3);
  CHECK(jobs.front().alone);
}

TEST_CASE_FIXTURE(with_home, "R14: ends that we asked for are no deaths") {
  join(1, 1);
  submit_commands(home, 1, 1);
  release(1, only_assigned(1), release_reason::interrupted);
  CHECK(lost(home).empty());
  CHECK(assigned_sequences(1) == sequences{1});
}

TEST_CASE("R14: the last try runs alone on its node") {
  with_home h{with_deaths(2)};
  h.join(2, 4);
  h.submit_commands(home, 10, 13); // keeps node 2 busy
  const auto busy = h.assigned(2);
  bring_to_last_try(h);
  const auto last = h.assigned(1);
  REQUIRE(last.size() == 1);
  CHECK(last.front().alone);
  h.submit_commands(home, 20, 20);
  CHECK(h.assigned(1).empty());
  h.result(1, last.front().what);
  CHECK(h.assigned_sequences(1) == sequences{20});
}

TEST_CASE("R14: the only node is emptied first for a last try, then takes work again") {
  with_home h{with_deaths(2)};
  h.join(1, 2);
  h.submit_commands(home, 1, 2);
  auto jobs = h.assigned(1);
  h.release(1, jobs.at(0).what, release_reason::died);
  const auto loss = h.lost(home).front();
  h.say(home, verdict_batch{{{1, loss.assigned, 1, 1}}});
  h.submit_commands(home, 3, 4);
  CHECK(h.assigned(1).empty());
  CHECK(h.queue.spread() == 0); // it is not the smallest: it gets no work now
  h.result(1, jobs.at(1).what);
  jobs = h.assigned(1);
  REQUIRE(jobs.size() == 1);
  CHECK(jobs.front().alone);
  CHECK(jobs.front().what.job == job(home, 1));
  h.result(1, jobs.front().what);
  CHECK(h.assigned_sequences(1) == sequences{3, 4});
}

TEST_CASE("R14: a node kept free for a last try that goes away takes work when it is back") {
  with_home h{with_deaths(2)};
  h.join(1, 1);
  h.submit_commands(home, 1, 1);
  h.release(1, h.only_assigned(1), release_reason::died);
  const auto loss = h.lost(home).front();
  h.submit_commands(home, 2, 2);
  const auto other = h.only_assigned(1);
  h.say(home, verdict_batch{{{1, loss.assigned, 1, 1}}});
  h.down(1);
  h.cancel(home, 1);
  h.join(1, 1, {held(other, held_state::finished)});
  h.submit_commands(home, 3, 3);
  CHECK(h.assigned_sequences(1) == sequences{3});
}

TEST_CASE("R14: a last try whose function no node has holds nothing up") {
  with_home h{with_deaths(2)};
  h.functions[1] = {"rare"};
  h.join(1, 1);
  h.submit(home, {fresh_job(1, function_call("rare"))});
  h.release(1, h.only_assigned(1), release_reason::died);
  const auto loss = h.lost(home).front();
  h.down(1, true);
  h.join(2, 1);
  h.say(home, verdict_batch{{{1, loss.assigned, 1, 1}}});
  h.submit_commands(home, 2, 2);
  CHECK(h.assigned_sequences(2) == sequences{2});
}

TEST_CASE("R14: all deaths while the home was away are reported when it is back") {
  with_home h;
  h.join(1, 1);
  h.submit_commands(home, 1, 1);
  h.down(home);
  const auto first = h.only_assigned(1);
  h.release(1, first, release_reason::died);
  const auto second = h.only_assigned(1);
  h.release(1, second, release_reason::died);
  h.join(home, 0, {}, {{1, 1}});
  const auto losses = h.lost(home);
  REQUIRE(losses.size() == 2);
  CHECK(losses.at(0).assigned == first.assigned);
  CHECK(losses.at(1).assigned == second.assigned);
}

TEST_CASE_FIXTURE(with_home, "R14: a verdict lost with the link is asked for again") {
  join(1, 1);
  submit_commands(home, 1, 1);
  release(1, only_assigned(1), release_reason::died);
  const auto before = lost(home);
  down(home);
  join(home, 0, {}, {{1, 1}});
  CHECK(lost(home) == before);
  say(home, verdict_batch{{{1, before.front().assigned, 1, 1}}});
  CHECK(assigned_sequences(1) == sequences{1});
}

} // namespace evenkeel::core::dispatch_test
