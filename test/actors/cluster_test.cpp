// A proxy and two nodes in one actor system, from a session's request to its answer.
#include "test/actors/fake_session.hpp"
#include "test/actors/node_side.hpp"
#include "test/actors/proxy_side.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>

namespace evenkeel::test {

namespace {

const jobs::function_registration failing{
    "fail", [](const std::string&) -> std::string { throw std::runtime_error("as it should"); }};

class small_cluster {
public:
  test_system world;
  proxy_place place = std::make_shared<proxy_actor>();
  std::unique_ptr<proxy_side> proxy;
  std::shared_ptr<persistence::memory_disk> anna_disk =
      std::make_shared<persistence::memory_disk>();
  std::shared_ptr<persistence::memory_disk> bert_disk =
      std::make_shared<persistence::memory_disk>();
  std::unique_ptr<node_side> anna;
  std::unique_ptr<node_side> bert;
  core::dispatch_settings settings;
  fake_session session{world, 1}; ///< of a client of anna

  explicit small_cluster(std::uint32_t home_call_us = 0) {
    settings.cluster.home_call_us = home_call_us;
    start_proxy();
    anna = std::make_unique<node_side>(world, place, "anna", anna_disk);
    bert = std::make_unique<node_side>(world, place, "bert", bert_disk);
    world.advance(100);
  }

  void start_proxy() {
    proxy = std::make_unique<proxy_side>(world, settings);
    *place = proxy->actor;
  }
  void kill_proxy() {
    world.kill(proxy->actor);
    *place = nullptr;
  }
  void restart_anna() {
    anna.reset();
    anna = std::make_unique<node_side>(world, place, "anna", anna_disk);
  }

  std::uint64_t ask(client_request request) {
    const auto number = session.ask(anna->actor, std::move(request));
    world.run();
    return number;
  }
  ticket submit(client_request request) {
    const auto* answer = session.answer_to(ask(std::move(request)));
    REQUIRE(answer != nullptr);
    REQUIRE(answer->code == errc::ok);
    return answer->subject;
  }
  /// The answer to a WAIT that needs no more time.
  client_answer result_of(const ticket& job) {
    const auto* answer = session.answer_to(ask(about(request_kind::wait, job)));
    REQUIRE(answer != nullptr);
    REQUIRE(answer->jobs.size() == 1);
    return *answer;
  }
  bool finished(const ticket& job) {
    return session.answer_to(ask(about(request_kind::result, job)))->code == errc::ok;
  }
};

} // namespace

TEST_CASE_FIXTURE(small_cluster, "a job that a client submits is run and its result comes back") {
  const auto job = submit(submit_function("echo", "hello"));
  const auto result = result_of(job);
  CHECK(result.jobs[0].state == job_state::done);
  CHECK(result.outputs == std::vector<std::string>{"hello"});
  CHECK(proxy->queue->count().jobs == 0);
  CHECK(proxy->relay->results_in_transit() == 0);
  CHECK(anna->disk.records<record::held_attempt>().empty());
  CHECK(bert->disk.records<record::held_attempt>().empty());
}

TEST_CASE_FIXTURE(small_cluster, "a client that waits is answered when its job has ended") {
  const auto job = submit(submit_sleep(3000));
  const auto waits = ask(about(request_kind::wait, job));
  world.advance(2900);
  CHECK(session.answer_to(waits) == nullptr);
  world.advance(100);
  REQUIRE(session.answer_to(waits) != nullptr);
  CHECK(session.answer_to(waits)->jobs.at(0).state == job_state::done);
}

TEST_CASE_FIXTURE(small_cluster, "a function that throws fails its job") {
  const auto result = result_of(submit(submit_function("fail")));
  CHECK(result.jobs[0].state == job_state::failed);
  CHECK(result.jobs[0].reason == "as it should");
}

TEST_CASE_FIXTURE(small_cluster, "a text of a megabyte goes out and comes back in pieces") {
  const std::string text(1'000'000, 'x');
  const auto result = result_of(submit(submit_function("echo", text)));
  REQUIRE(result.outputs.size() == 1);
  CHECK(result.outputs[0] == text);
}

TEST_CASE_FIXTURE(small_cluster, "jobs are shared evenly") {
  for (int i = 0; i < 10; ++i)
    submit(submit_sleep(1000));
  world.advance(500);
  CHECK(proxy->queue->load_of(anna->id()) == 2);
  CHECK(proxy->queue->load_of(bert->id()) == 2);
  CHECK(proxy->queue->spread() == 0);
  world.advance(3000);
  CHECK(anna->ledger->finished_jobs() == 10);
}

TEST_CASE_FIXTURE(small_cluster, "any node answers for any ticket") {
  const auto job = submit(submit_function("echo", "hello"));
  fake_session other{world, 2};
  const auto number = other.ask(bert->actor, about(request_kind::wait, job));
  world.run();
  REQUIRE(other.answer_to(number) != nullptr);
  CHECK(other.answer_to(number)->outputs == std::vector<std::string>{"hello"});
  const auto unknown = other.ask(bert->actor, about(request_kind::wait, {job.code, 99}));
  world.run();
  CHECK(other.answer_to(unknown)->code == errc::not_found);
}

TEST_CASE_FIXTURE(small_cluster, "R15: a ticket whose home is down is unavailable") {
  const auto job = submit(submit_function("noop"));
  anna->kill();
  fake_session other{world, 2};
  const auto number = other.ask(bert->actor, about(request_kind::wait, job));
  world.run();
  REQUIRE(other.answer_to(number) != nullptr);
  CHECK(other.answer_to(number)->code == errc::unavailable);
}

TEST_CASE_FIXTURE(small_cluster, "R9: a node whose disk stands still stays in the cluster") {
  const auto job = submit(submit_sleep(20'000));
  anna->disk.hold();
  bert->disk.hold();
  const auto late = ask(submit_function("noop"));
  world.advance(15'000); // five leases
  CHECK(session.answer_to(late) == nullptr);
  CHECK(proxy->queue->count().assigned == 1);
  anna->disk.open_up();
  bert->disk.open_up();
  world.advance(5'000);
  CHECK(session.answer_to(late)->code == errc::ok);
  CHECK(result_of(job).jobs[0].attempt == 1);
}

TEST_CASE_FIXTURE(small_cluster, "R9: nodes stay while the disk of the proxy stands still") {
  world.advance(11'000); // the first grace is over
  const auto job = submit(submit_sleep(10'000));
  proxy->disk.hold();
  const auto waiting = submit(submit_function("noop"));
  world.advance(12'000);
  CHECK(result_of(job).jobs[0].attempt == 1);
  CHECK_FALSE(finished(waiting));
  proxy->disk.open_up();
  world.run();
  CHECK(finished(waiting));
}

TEST_CASE_FIXTURE(small_cluster, "jobs of a node that died run again at another") {
  std::vector<ticket> jobs;
  for (int i = 0; i < 4; ++i)
    jobs.push_back(submit(submit_sleep(1000)));
  CHECK(proxy->queue->load_of(bert->id()) == 2);
  bert->kill();
  world.advance(5'000);
  CHECK(anna->ledger->finished_jobs() == 2);
  world.advance(10'000); // beyond the grace
  for (const auto& job : jobs)
    CHECK(result_of(job).jobs[0].node == "anna");
}

TEST_CASE_FIXTURE(small_cluster, "R4: jobs of a node that stops run again at once") {
  for (int i = 0; i < 4; ++i)
    submit(submit_sleep(1000));
  bert->stop();
  world.advance(500);
  CHECK(bert->stopped());
  world.advance(2'000);
  CHECK(anna->ledger->finished_jobs() == 4);
}

TEST_CASE_FIXTURE(small_cluster,
                  "a home that was killed comes back with its jobs and their results") {
  const auto early = submit(submit_function("echo", "early"));
  std::vector<ticket> jobs;
  for (int i = 0; i < 4; ++i)
    jobs.push_back(submit(submit_sleep(2000)));
  anna->kill();
  world.advance(4'000); // those at bert end meanwhile
  restart_anna();
  world.advance(10'000);
  CHECK(result_of(early).outputs == std::vector<std::string>{"early"});
  for (const auto& job : jobs)
    CHECK(result_of(job).jobs[0].state == job_state::done);
  CHECK(proxy->queue->count().jobs == 0);
}

TEST_CASE_FIXTURE(small_cluster, "R1: a proxy that lost everything loses no job") {
  std::vector<ticket> jobs;
  for (int i = 0; i < 6; ++i)
    jobs.push_back(submit(submit_sleep(2000)));
  kill_proxy();
  const auto alone = submit(submit_function("noop"));
  world.advance(3'000);
  start_proxy();
  world.advance(20'000);
  CHECK(finished(alone));
  for (const auto& job : jobs)
    CHECK(result_of(job).jobs[0].attempt == 1);
}

TEST_CASE("R18: short calls run at their home, and the proxy hears how many") {
  small_cluster all{100'000}; // short however slow the machine is
  for (int i = 0; i < 10; ++i) {
    const auto job = all.submit(submit_function("echo", "text"));
    const auto answer = all.result_of(job);
    CHECK(answer.outputs == std::vector<std::string>{"text"});
    CHECK((i < 3 || answer.jobs.front().node == "anna"));
  }
  CHECK(all.anna->queue->home_calls_done() == 7);
  all.world.advance(2'000);
  client_request question;
  question.kind = request_kind::stats;
  const auto* answer = all.session.answer_to(all.ask(question));
  REQUIRE(answer != nullptr);
  using pair = std::pair<std::string, std::string>;
  const std::vector<pair> ten_done{{"done", "10"}};
  CHECK(std::count(answer->records.begin(), answer->records.end(), ten_done) == 1);
}

TEST_CASE("R18: what home calls have left is there after a crash") {
  small_cluster all{100'000}; // short however slow the machine is
  std::vector<ticket> jobs;
  for (int i = 0; i < 10; ++i)
    jobs.push_back(all.submit(submit_function("echo", std::to_string(i))));
  all.anna->kill();
  all.restart_anna();
  all.world.advance(1'000);
  for (int i = 0; i < 10; ++i)
    CHECK(all.result_of(jobs[static_cast<std::size_t>(i)]).outputs.front() == std::to_string(i));
}

} // namespace evenkeel::test
