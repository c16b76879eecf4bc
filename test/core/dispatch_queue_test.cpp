// The life of jobs in the dispatch queue: late binding, order, the rules, joins and leaves, ends,
// credit, periods and what people ask. Histories by hand; nodes 1 to 3 run jobs, node 9 is a home.
#include "dispatch_harness.hpp"

#include <algorithm>

namespace evenkeel::core::test {

namespace {

constexpr std::uint64_t home = 9;

using sequences = std::vector<std::uint64_t>;

struct with_home : dispatch_harness {
  explicit with_home(dispatch_settings with = {}) : dispatch_harness{std::move(with)} {
    join(home, 0);
  }
};

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

// -- late binding

TEST_CASE_FIXTURE(with_home, "jobs wait at the proxy until a slot is free") {
  join(1, 2);
  submit_commands(home, 1, 3);
  CHECK(assigned_sequences(1) == sequences{1, 2});
  CHECK(queue.count().queued == 1);
}

TEST_CASE_FIXTURE(with_home, "a free slot is filled as soon as a result frees it") {
  join(1, 1);
  submit_commands(home, 1, 2);
  result(1, only_assigned(1));
  CHECK(assigned_sequences(1) == sequences{2});
}

TEST_CASE_FIXTURE(with_home, "the next job goes to the node with the fewest running, ties by id") {
  join(3, 2);
  join(1, 2);
  join(2, 2);
  submit_commands(home, 1, 4);
  CHECK(assigned_sequences(1) == sequences{1, 4});
  CHECK(assigned_sequences(2) == sequences{2});
  CHECK(assigned_sequences(3) == sequences{3});
}

TEST_CASE_FIXTURE(with_home, "jobs go by the time of their submission, then by id") {
  submit(home, {fresh_job(1, command(), 3000), fresh_job(2, command(), 1000),
                fresh_job(3, command(), 1000)});
  join(8, 0);
  submit(8, {fresh_job(1, command(), 1000)});
  join(1, 4);
  sequences homes;
  sequences order;
  for (const auto& x : assigned(1)) {
    homes.push_back(x.what.job.ledger.low);
    order.push_back(x.what.job.sequence);
  }
  CHECK(homes == sequences{8, home, home, home});
  CHECK(order == sequences{1, 2, 3, 1});
}

TEST_CASE_FIXTURE(with_home, "a job whose function no node has blocks nobody") {
  join(1, 2);
  submit(home, {fresh_job(1, function_call("far")), fresh_job(2), fresh_job(3)});
  CHECK(assigned_sequences(1) == sequences{2, 3});
  CHECK(where(home, 1).reason == "no-node-has-function-far");
}

TEST_CASE_FIXTURE(with_home, "a job runs where its function is, though others have fewer running") {
  functions[2] = {"near"};
  join(1, 4);
  join(2, 4);
  submit_commands(home, 1, 3);
  (void)assigned(1);
  (void)assigned(2);
  submit(home, {fresh_job(4, function_call("near")), fresh_job(5, function_call("near"))});
  CHECK(assigned_sequences(1).empty());
  CHECK(assigned_sequences(2) == sequences{4, 5});
}

TEST_CASE("weighted mode evens the load per slot") {
  dispatch_settings settings;
  settings.weighted = true;
  with_home h{settings};
  h.join(1, 2);
  h.join(2, 8);
  h.submit_commands(home, 1, 5);
  CHECK(h.load(1) == 1);
  CHECK(h.load(2) == 4);
}

TEST_CASE("a round of MAX_NUM_JOBS_DISPATCH places no more than that") {
  dispatch_settings settings;
  settings.max_jobs_per_round = 2;
  with_home h{settings};
  h.join(1, 8);
  h.submit_commands(home, 1, 5);
  CHECK(h.assigned_sequences(1) == sequences{1, 2});
  h.flush();
  CHECK(h.assigned_sequences(1) == sequences{3, 4});
}

TEST_CASE("with a DISPATCH_PERIOD jobs are placed once a period") {
  dispatch_settings settings;
  settings.dispatch_period_ms = 200;
  with_home h{settings};
  h.join(1, 8);
  h.advance(200);
  h.submit_commands(home, 1, 1);
  CHECK(h.assigned(1).empty());
  h.advance(250);
  CHECK(h.assigned_sequences(1) == sequences{1});
}

// -- the rules

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

TEST_CASE_FIXTURE(with_home, "R16: a result that comes twice frees one slot") {
  join(1, 2);
  submit_commands(home, 1, 3);
  const auto jobs = assigned(1);
  result(1, jobs.at(0).what);
  result(1, jobs.at(0).what);
  CHECK(load(1) == 2);
  CHECK(assigned_sequences(1) == sequences{3});
}

// -- joins and leaves

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

// -- the end of a job

TEST_CASE_FIXTURE(with_home,
                  "R12: an ended job is kept until its home has acknowledged the result") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto what = only_assigned(1);
  result(1, what);
  CHECK(queue.count().ended == 1);
  acknowledge(home, what);
  CHECK(queue.count().jobs == 0);
  CHECK(queue.count().bytes == 0);
}

TEST_CASE_FIXTURE(with_home, "a job whose result is gone with its executor runs again") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto what = only_assigned(1);
  result(1, what);
  step([&](auto& fx) { queue.on_results_gone({what}, now, fx); });
  const auto again = assigned(1);
  REQUIRE(again.size() == 1);
  CHECK(again.front().attempt == 2);
  CHECK(again.front().what.assigned > what.assigned);
}

TEST_CASE_FIXTURE(with_home,
                  "a result that is gone starts no third attempt while the second runs") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto first = only_assigned(1);
  down(1);
  grace_over();
  say(home, verdict_batch{{{1, lost(home).front().assigned, 1, 1}}});
  join(2, 2);
  (void)only_assigned(2);
  result(1, first);
  step([&](auto& fx) { queue.on_results_gone({first}, now, fx); });
  CHECK(assigned(2).empty());
  CHECK(queue.count().assigned == 1);
}

TEST_CASE_FIXTURE(with_home, "an acknowledgement of another ledger's job is ignored") {
  join(8, 0);
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto what = only_assigned(1);
  result(1, what);
  acknowledge(8, what);
  CHECK(queue.count().jobs == 1);
}

TEST_CASE_FIXTURE(with_home,
                  "a cancelled job is stopped where it runs and forgotten where it waits") {
  join(1, 1);
  submit_commands(home, 1, 2);
  const auto what = only_assigned(1);
  say(home, cancel_batch{{1, 2}});
  CHECK(stopped(1) == std::vector<attempt_ref>{what});
  CHECK(queue.count().jobs == 0);
  CHECK(load(1) == 1); // its slot is not free yet
  release(1, what, release_reason::stopped);
  CHECK(load(1) == 0);
}

TEST_CASE_FIXTURE(with_home, "nothing is left on disk of jobs that are over") {
  join(1, 2);
  submit(home, {fresh_job(1), fresh_job(2, once_command())});
  grant_all(home);
  for (const auto& x : assigned(1)) {
    result(1, x.what);
    acknowledge(home, x.what);
  }
  for (const auto& [key, value] : disk)
    CHECK(key.type == record::kind::member);
}

// -- credit

TEST_CASE_FIXTURE(with_home, "submissions are acknowledged in totals of the link") {
  submit_commands(home, 1, 2);
  submit_commands(home, 2, 3); // sent again: it was sent, so it counts
  const auto acks = take<submit_ack>(home);
  REQUIRE(acks.size() == 2);
  CHECK(acks.back() == submit_ack{4, 4 * size_of(command())});
  down(home);
  join(home, 0, {}, {{1, 3}});
  submit_commands(home, 4, 4);
  CHECK(take<submit_ack>(home) == std::vector<submit_ack>{{1, size_of(command())}});
}

TEST_CASE("over max_jobs no credit is given until the queue is shorter") {
  dispatch_settings settings;
  settings.max_jobs = 2;
  with_home h{settings};
  h.submit_commands(home, 1, 3);
  CHECK(h.take<submit_ack>(home).empty());
  h.advance(200);
  CHECK(h.take<submit_ack>(home).empty());
  h.cancel(home, 1);
  h.advance(50);
  CHECK(h.take<submit_ack>(home) == std::vector<submit_ack>{{3, 3 * size_of(command())}});
}

TEST_CASE("over max_bytes no credit is given, but absent homes take none from others") {
  dispatch_settings settings;
  settings.max_bytes = 3 * size_of(command());
  settings.absent_home_jobs = 0;
  with_home h{settings};
  h.join(8, 0);
  h.join(1, 1);
  h.submit_commands(home, 1, 4); // one starts
  CHECK(h.take<submit_ack>(home).empty());
  h.down(home);
  h.result(1, h.only_assigned(1)); // and the others are set aside
  h.submit_commands(8, 1, 1);
  CHECK(h.take<submit_ack>(8).size() == 1);
}

// -- what people ask

TEST_CASE_FIXTURE(with_home, "locate tells where the asked jobs are and why they wait") {
  join(1, 1);
  submit_commands(home, 1, 2);
  (void)assigned(1);
  const auto first = where(home, 1);
  CHECK(first.state == job_state::running);
  CHECK(first.node == "node1");
  CHECK(first.attempt == 1);
  CHECK(first.since_ms == now.wall_ms);
  const auto second = where(home, 2);
  CHECK(second.state == job_state::queued);
  CHECK(second.reason == "waiting-for-a-slot");
}

TEST_CASE_FIXTURE(with_home,
                  "locate without numbers lists the asker's jobs on executors, no others") {
  join(8, 0);
  join(1, 4);
  submit_commands(home, 1, 2);
  submit_commands(8, 1, 1);
  say(home, locate{5, {}});
  const auto answers = take<located>(home);
  REQUIRE(answers.size() == 1);
  CHECK(answers.front().question == 5);
  CHECK(answers.front().jobs.size() == 2);
}

TEST_CASE_FIXTURE(with_home, "locate leaves out what is unknown here") {
  say(home, locate{5, {42}});
  CHECK(take<located>(home).front().jobs.empty());
}

TEST_CASE_FIXTURE(with_home, "NODES shows every node with its load") {
  join(1, 1);
  submit_commands(home, 1, 1);
  query question;
  question.question = 3;
  question.request.kind = request_kind::nodes;
  say(home, question);
  const auto reply = take<answer>(home).front();
  CHECK(reply.question == 3);
  REQUIRE(reply.content.records.size() == 2);
  const std::vector<std::pair<std::string, std::string>> expected{
      {"node", "node1"}, {"state", "live"}, {"slots", "1"},  {"running", "1"},
      {"queued", "0"},   {"done", "0"},     {"address", ""}, {"tickets", "code1"}};
  CHECK(reply.content.records.front() == expected);
}

TEST_CASE_FIXTURE(with_home, "STATS counts slots, running and waiting jobs") {
  join(1, 2);
  submit_commands(home, 1, 3);
  query question;
  question.request.kind = request_kind::stats;
  say(home, question);
  std::map<std::string, std::string> shown;
  const auto reply = take<answer>(home).front();
  for (const auto& line : reply.content.records)
    shown.insert(line.begin(), line.end());
  CHECK(shown["nodes"] == "2");
  CHECK(shown["slots"] == "2");
  CHECK(shown["running"] == "2");
  CHECK(shown["queued"] == "1");
  CHECK(shown["submitted"] == "3");
  CHECK(shown["spread"] == "0");
  CHECK(shown["avoidable_spread"] == "0");
  CHECK(shown["epoch"] == "1");
}

TEST_CASE("with a REQUEST_RESULT_PERIOD the relay hears what runs where") {
  dispatch_settings settings;
  settings.cluster.result_period_ms = 500;
  with_home h{settings};
  h.join(1, 2);
  h.submit(home, {fresh_job(1), fresh_job(2, once_command())}); // the second is not granted
  const auto what = h.only_assigned(1);
  h.said.clear();
  h.advance(500);
  std::vector<attempt_ref> missing;
  for (const auto& output : h.said)
    if (const auto* due = std::get_if<result_period>(&output); due && due->executor == ledger(1))
      missing.insert(missing.end(), due->missing.begin(), due->missing.end());
  CHECK(missing == std::vector<attempt_ref>{what});
}

} // namespace evenkeel::core::test
