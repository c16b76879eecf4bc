// Late binding, order, ends, credit, periods and what people ask: histories by hand. Nodes 1 to 3
// run jobs, node 9 is a home.
#include "dispatch_harness.hpp"

namespace evenkeel::core::dispatch_test {

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

TEST_CASE_FIXTURE(with_home, "when a job started is not told of another life's assignments") {
  join(1, 1);
  submit_commands(home, 1, 1);
  const auto before = only_assigned(1);
  restart();
  join(home, 0, {}, {{1, 1}});
  join(1, 1, {held(before, held_state::running)});
  CHECK(where(home, 1).state == job_state::running);
  CHECK(where(home, 1).since_ms == 0);
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

} // namespace evenkeel::core::dispatch_test
