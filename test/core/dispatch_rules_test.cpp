// The rules of the design that the dispatch queue keeps, each named.
#include "dispatch_harness.hpp"

namespace evenkeel::core::dispatch_test {

TEST_CASE_FIXTURE(with_home, "R2: every assignment has a higher fence than all before it") {
  join(1, 2);
  submit_commands(home, 1, 4);
  auto before = fence{};
  for (int round = 0; round < 3; ++round) {
    for (const auto& x : assigned(1)) {
      CHECK(x.what.assigned > before);
      before = x.what.assigned;
      result(1, x.what);
    }
    restart();
    join(home, 0, {}, {{1, 4}});
    join(1, 2);
    grace_over();
  }
}

TEST_CASE_FIXTURE(with_home, "R3: a once job starts only after its home has granted it") {
  join(1, 1);
  submit(home, {fresh_job(1, once_command())});
  CHECK(assigned(1).empty());
  CHECK(load(1) == 1); // the slot is kept for it
  const auto grants = grant_all(home);
  REQUIRE(grants.size() == 1);
  const auto jobs = assigned(1);
  REQUIRE(jobs.size() == 1);
  CHECK(jobs.front().grant == grants.front().grant);
  CHECK(jobs.front().grant.process == processes[1]);
  CHECK(jobs.front().what.assigned == grants.front().grant.granted);
}

TEST_CASE_FIXTURE(with_home,
                  "R3: while its home is away a once job waits, others of the home run") {
  submit(home, {fresh_job(1, once_command()), fresh_job(2)});
  down(home);
  join(1, 4);
  CHECK(assigned_sequences(1) == sequences{2});
  join(home, 0, {}, {{1, 2}});
  CHECK(grant_all(home).size() == 1);
  CHECK(assigned_sequences(1) == sequences{1});
}

TEST_CASE_FIXTURE(with_home,
                  "R3: an executor lost with a granted job loses the job, as its home says") {
  join(1, 1);
  join(2, 1);
  submit(home, {fresh_job(1, once_command())});
  grant_all(home);
  down(1);
  grace_over();
  const auto losses = lost(home);
  REQUIRE(losses.size() == 1);
  CHECK(assigned(2).empty());
  cancel(home, 1);
  CHECK(queue.count().jobs == 0);
}

TEST_CASE_FIXTURE(with_home,
                  "R3: a grant whose answer was lost with the home's link is still good") {
  join(1, 1);
  submit(home, {fresh_job(1, once_command())});
  const auto asked = take<grant_request>(home).front().wanted.front();
  down(home);
  CHECK(load(1) == 0);
  join(home, 0, {}, {{1, 1}});
  CHECK(take<grant_request>(home).size() == 1);
  say(home, grant_batch{{asked}}); // the first one, as fsynced there
  CHECK(only_assigned(1).assigned == asked.grant.granted);
}

TEST_CASE_FIXTURE(with_home,
                  "R3: a job granted while its executor is away goes there when it is back") {
  join(1, 1);
  submit(home, {fresh_job(1, once_command())});
  down(1);
  const auto granted = grant_all(home).front();
  up(1);
  tell_held(1);
  CHECK(only_assigned(1).assigned == granted.grant.granted);
}

TEST_CASE_FIXTURE(with_home, "R3: a job granted to a process that is no more is lost") {
  join(1, 1);
  submit(home, {fresh_job(1, once_command())});
  down(1);
  grant_all(home);
  new_process(1);
  join(1, 1);
  CHECK(assigned(1).empty());
  CHECK(lost(home).size() == 1);
}

TEST_CASE_FIXTURE(with_home,
                  "R3: a slot kept for a once job is free again when the job is cancelled") {
  join(1, 1);
  submit(home, {fresh_job(1, once_command())});
  cancel(home, 1);
  CHECK(load(1) == 0);
  CHECK(stopped(1).empty());
}

TEST_CASE_FIXTURE(with_home,
                  "a job that is granted and cancelled at once is sent before its stop") {
  join(1, 1);
  submit(home, {fresh_job(1, once_command())});
  const auto wanted = take<grant_request>(home);
  REQUIRE(wanted.size() == 1);
  said.clear();
  step([&](auto& fx) {
    queue.on_message({ledger(home), links[home], grant_batch{wanted.front().wanted}}, now, fx);
    queue.on_message({ledger(home), links[home], cancel_batch{{1}}}, now, fx);
  });
  std::vector<bool> stops;
  for (const auto& output : said)
    if (const auto* sent = std::get_if<to_node>(&output); sent && sent->ledger == ledger(1)) {
      if (std::holds_alternative<assign_batch>(sent->content))
        stops.push_back(false);
      else if (std::holds_alternative<stop_batch>(sent->content))
        stops.push_back(true);
    }
  CHECK(stops == std::vector<bool>{false, true});
}

TEST_CASE_FIXTURE(with_home, "R7: nothing is assigned to a node before its executor's end mark") {
  submit_commands(home, 1, 1);
  slots[1] = 1;
  up(1);
  CHECK(assigned(1).empty());
  tell_held(1);
  CHECK(assigned_sequences(1) == sequences{1});
}

TEST_CASE_FIXTURE(with_home, "R7: assignments that an executor does not name are queued again") {
  join(1, 2);
  join(2, 0);
  submit_commands(home, 1, 2);
  const auto jobs = assigned(1);
  down(1);
  join(1, 2, {held(jobs.at(1).what, held_state::running)});
  const auto again = assigned(1);
  REQUIRE(again.size() == 1);
  CHECK(again.front().what.job == job(home, 1));
  CHECK(again.front().attempt == 2);
}

TEST_CASE_FIXTURE(with_home, "R7: jobs that their home does not name are dropped and stopped") {
  join(1, 2);
  submit_commands(home, 1, 3);
  const auto jobs = assigned(1);
  down(home);
  join(home, 0, {}, {{2, 2}});
  CHECK(stopped(1) == std::vector<attempt_ref>{jobs.at(0).what});
  CHECK(queue.count().jobs == 1);
}

TEST_CASE_FIXTURE(with_home, "R7: before its home's end mark no job is missed") {
  join(1, 2);
  submit_commands(home, 1, 2);
  down(home);
  up(home);
  CHECK(stopped(1).empty());
  CHECK(queue.count().jobs == 2);
}

TEST_CASE("R10: an absent home gets no more than its window, and blocks nobody else") {
  dispatch_settings settings;
  settings.absent_home_jobs = 2;
  with_home h{settings};
  h.join(8, 0);
  h.submit_commands(home, 1, 5);
  h.submit(8, {fresh_job(1, command(), 2000)});
  h.down(home);
  h.join(1, 8);
  const auto jobs = h.assigned(1);
  REQUIRE(jobs.size() == 3);
  CHECK(jobs.back().what.job == job(8, 1));
  h.result(1, jobs.front().what); // waits for its home: the window stays full
  CHECK(h.assigned(1).empty());
  h.join(home, 0, {}, {{1, 5}});
  CHECK(h.assigned_sequences(1) == sequences{3, 4, 5});
}

TEST_CASE_FIXTURE(with_home, "R10: a retired ledger's jobs are dropped and stopped") {
  join(1, 1);
  submit_commands(home, 1, 2);
  const auto what = only_assigned(1);
  down(home);
  step([&](auto& fx) { queue.on_retired(ledger(home), now, fx); });
  CHECK(queue.count().jobs == 0);
  CHECK(stopped(1) == std::vector<attempt_ref>{what});
}

TEST_CASE_FIXTURE(with_home, "R12: a home that asks about a job unknown here is asked for it") {
  submit_commands(home, 1, 1);
  say(home, audit{{{1, 3}}});
  CHECK(wanted(home) == std::vector<sequence_range>{{2, 3}});
  say(home, audit{{{1, 3}}});
  CHECK(wanted(home).empty()); // on their way
}

TEST_CASE_FIXTURE(with_home, "R16: a result that comes twice frees one slot") {
  join(1, 2);
  submit_commands(home, 1, 3);
  const auto jobs = assigned(1);
  result(1, jobs.at(0).what);
  result(1, jobs.at(0).what);
  CHECK(load(1) == 2);
  CHECK(assigned_sequences(1) == sequences{3});
}

} // namespace evenkeel::core::dispatch_test
