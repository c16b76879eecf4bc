// The life of an attempt: assigned, started, ended, given back, stopped.
#include "executor_fixture.hpp"

namespace evenkeel::core::test {

TEST_SUITE("executor_queue") {

  // -- starts
  // -----------------------------------------------------------------------------------------

  TEST_CASE("an assigned attempt starts in a free slot in the step that writes so") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1))});
    REQUIRE(x.started.size() == 1);
    CHECK(x.started[0] == start_job{attempt(1), 1, "k7m2q", command(attempt(1)).spec});
    CHECK(x.needed == durability::written);
    REQUIRE(x.on_disk(attempt(1)));
    CHECK(x.on_disk(attempt(1))->started);
    CHECK(x.queue.running() == 1);
  }

  TEST_CASE("an attempt without a free slot is written and waits") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1)), command(attempt(2))});
    CHECK(x.starts() == refs({1}));
    REQUIRE(x.on_disk(attempt(2)));
    CHECK_FALSE(x.on_disk(attempt(2))->started);
    CHECK(x.on_disk(attempt(2))->spec == command(attempt(2)).spec);
    CHECK(x.queue.queued() == 1);
  }

  TEST_CASE("attempts start in the order of their arrival as slots get free") {
    executor_fixture x{settings_with(2)};
    x.connect();
    x.assign({command(attempt(4)), command(attempt(3)), command(attempt(2)), command(attempt(1))});
    CHECK(x.starts() == refs({4, 3}));
    x.end(attempt(3));
    CHECK(x.starts() == refs({2}));
    x.end(attempt(4));
    CHECK(x.starts() == refs({1}));
  }

  TEST_CASE("an attempt that must be alone waits for an empty node and holds the rest back") {
    executor_fixture x{settings_with(3)};
    x.connect();
    auto alone = command(attempt(2));
    alone.alone = true;
    x.assign({command(attempt(1)), alone, command(attempt(3))});
    CHECK(x.starts() == refs({1}));
    x.end(attempt(1));
    CHECK(x.starts() == refs({2}));
    x.end(attempt(2));
    CHECK(x.starts() == refs({3}));
  }

  TEST_CASE("a late duplicate of an assignment changes nothing") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1)), command(attempt(2))});
    x.clear();
    x.assign({command(attempt(1)), command(attempt(2)), command(attempt(2))});
    CHECK(x.started.empty());
    CHECK(x.releases().empty());
    CHECK(x.queue.queued() == 1);
  }

  TEST_CASE("an unknown function is refused by name") {
    executor_fixture x;
    x.connect();
    x.assign({function_call(attempt(1), "lower"), function_call(attempt(2), "upper")});
    CHECK(x.releases() == released(attempt(1), release_reason::refused, "unknown function lower"));
    CHECK(x.starts() == refs({2}));
    CHECK(x.on_disk(attempt(1)) == nullptr);
  }

  TEST_CASE("R3: a once attempt starts only under a grant for this fence and this life") {
    executor_fixture x{settings_with(4)};
    x.connect();
    auto other_life = once_command(attempt(1));
    other_life.grant.process.nonce = 71;
    auto other_fence = once_command(attempt(2));
    other_fence.grant.granted = {5, 99};
    auto no_grant = once_command(attempt(3));
    no_grant.grant = {};
    x.assign({other_life, other_fence, no_grant, once_command(attempt(4))});
    CHECK(x.starts() == refs({4}));
    const auto answers = x.releases();
    REQUIRE(answers.size() == 3);
    for (const auto& answer : answers)
      CHECK(answer.reason == release_reason::refused);
  }

  TEST_CASE("a later attempt of the same job stops the earlier one") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1, 10)), command(attempt(2, 11))});
    x.assign({command(attempt(1, 20)), command(attempt(2, 21))});
    CHECK(x.stopped == std::vector<stop_job>{{attempt(1, 10)}});
    CHECK(x.releases() == released(attempt(2, 11), release_reason::stopped));
    x.end(attempt(1, 10));
    CHECK(x.releases() == released(attempt(1, 10), release_reason::stopped));
    CHECK(x.starts() == std::vector{attempt(1, 10), attempt(1, 20)});
  }

  TEST_CASE("an assignment that is older than what is here never starts") {
    executor_fixture x{settings_with(2)};
    x.connect();
    x.assign({command(attempt(1, 20))});
    x.assign({command(attempt(1, 10))});
    CHECK(x.starts() == std::vector{attempt(1, 20)});
    CHECK(x.releases() == released(attempt(1, 10), release_reason::stopped));
  }

  TEST_CASE("queued attempts start and end while there is no link") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1)), command(attempt(2))});
    x.disconnect();
    x.clear();
    x.end(attempt(1));
    x.end(attempt(2));
    CHECK(x.starts() == refs({2}));
    CHECK(x.queue.done() == 2);
    CHECK(x.results().empty());
  }

  // -- ends
  // -------------------------------------------------------------------------------------------

  TEST_CASE("an ended attempt is a written result, on its way, and frees its slot at once") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1)), command(attempt(2))});
    x.clear();
    auto end = success("hello");
    end.err_truncated = true;
    end.reason = "said hello";
    x.end(attempt(1), end);
    CHECK(x.starts() == refs({2}));
    job_result expected;
    expected.err_truncated = true;
    expected.attempt = 1;
    expected.assigned = attempt(1).assigned;
    expected.started_ms = 900;
    expected.ended_ms = x.now.wall_ms;
    expected.node = "anna";
    expected.reason = "said hello";
    expected.out = "hello";
    CHECK(x.results() == std::vector<travelling_result>{{attempt(1).job, expected}});
    const auto* held = x.on_disk(attempt(1));
    REQUIRE(held);
    CHECK(held->finished);
    CHECK(held->spec == job_spec{});
    CHECK(held->result == expected);
  }

  TEST_CASE("a command is judged by its exit code and signal") {
    executor_fixture x{settings_with(3)};
    x.connect();
    x.assign({command(attempt(1)), command(attempt(2)), command(attempt(3))});
    run_end failed = success();
    failed.exit_code = 3;
    run_end killed = success();
    killed.signal = 9;
    run_end unsuccessful = success();
    unsuccessful.succeeded = false; // says nothing about a command
    x.end(attempt(1), failed);
    x.end(attempt(2), killed);
    x.end(attempt(3), unsuccessful);
    const auto results = x.results();
    REQUIRE(results.size() == 3);
    CHECK(results[0].result.how == outcome::failed);
    CHECK(results[0].result.exit_code == 3);
    CHECK(results[1].result.how == outcome::failed);
    CHECK(results[1].result.signal == 9);
    CHECK(results[2].result.how == outcome::done);
  }

  TEST_CASE("functions and sleeps are judged by their success alone") {
    executor_fixture x{settings_with(3)};
    x.connect();
    auto nap = command(attempt(3));
    nap.spec.kind = job_kind::sleep;
    x.assign({function_call(attempt(1), "upper"), function_call(attempt(2), "echo"), nap});
    run_end failed;
    failed.succeeded = false;
    run_end good;
    good.exit_code = 1;
    x.end(attempt(1), failed);
    x.end(attempt(2), good);
    x.end(attempt(3), failed);
    const auto results = x.results();
    REQUIRE(results.size() == 3);
    CHECK(results[0].result.how == outcome::failed);
    CHECK(results[1].result.how == outcome::done);
    CHECK(results[2].result.how == outcome::failed);
  }

  TEST_CASE("an attempt that could not start is refused with the reason and forgotten") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1)), command(attempt(2))});
    run_end end;
    end.could_not_start = true;
    end.reason = "no more processes";
    x.clear();
    x.end(attempt(1), end);
    CHECK(x.releases() == released(attempt(1), release_reason::refused, "no more processes"));
    CHECK(x.on_disk(attempt(1)) == nullptr);
    CHECK(x.starts() == refs({2}));
    CHECK(x.queue.done() == 0);
  }

  TEST_CASE("the end of an unknown or not started attempt is ignored") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1)), command(attempt(2))});
    x.end(attempt(2));
    x.end(attempt(3));
    CHECK(x.queue.queued() == 1);
    CHECK(x.queue.done() == 0);
    CHECK(x.results().empty());
  }

  // -- recalls and stops
  // --------------------------------------------------------------------------------

  TEST_CASE("a recall gives back what has not started and keeps the rest") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1)), command(attempt(2)), command(attempt(3))});
    x.end(attempt(1));
    x.flush();
    x.tell(recall_batch{refs({1, 2, 3, 4})});
    const auto answers = x.releases();
    REQUIRE(answers.size() == 4);
    CHECK(answers[0] == released_attempt{attempt(1), release_reason::kept, {}});
    CHECK(answers[1] == released_attempt{attempt(2), release_reason::kept, {}});
    CHECK(answers[2] == released_attempt{attempt(3), release_reason::recalled, {}});
    CHECK(answers[3] == released_attempt{attempt(4), release_reason::kept, {}});
    CHECK(x.on_disk(attempt(3)) == nullptr);
    CHECK(x.queue.queued() == 0);
  }

  TEST_CASE("R3: a granted once attempt is not given back to a recall") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1)), once_command(attempt(2))});
    x.tell(recall_batch{refs({2})});
    CHECK(x.releases() == released(attempt(2), release_reason::kept));
    CHECK(x.queue.queued() == 1);
  }

  TEST_CASE("recalling an attempt that must be alone lets the next ones start") {
    executor_fixture x{settings_with(2)};
    x.connect();
    auto alone = command(attempt(2));
    alone.alone = true;
    x.assign({command(attempt(1)), alone, command(attempt(3))});
    x.tell(recall_batch{refs({2})});
    CHECK(x.starts() == refs({1, 3}));
  }

  TEST_CASE("R4: the end of a stopped attempt is no result") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1))});
    x.tell(stop_batch{refs({1})});
    CHECK(x.stopped == std::vector<stop_job>{{attempt(1)}});
    CHECK(x.releases().empty());
    CHECK(x.queue.running() == 1);
    x.end(attempt(1), success("too late"));
    CHECK(x.releases() == released(attempt(1), release_reason::stopped));
    CHECK(x.results().empty());
    CHECK(x.disk.empty());
  }

  TEST_CASE("a stop that is asked for again stops once and is answered once") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1))});
    x.tell(stop_batch{refs({1})});
    x.tell(stop_batch{refs({1})});
    CHECK(x.stopped.size() == 1);
    x.end(attempt(1));
    CHECK(x.releases().size() == 1);
  }

  TEST_CASE("a stop of what does not run is answered at once") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1)), command(attempt(2)), command(attempt(3))});
    x.end(attempt(1));
    x.tell(stop_batch{refs({1, 3, 4})});
    const auto answers = x.releases();
    REQUIRE(answers.size() == 3);
    for (const auto& answer : answers)
      CHECK(answer.reason == release_reason::stopped);
    CHECK(x.results().empty()); // of attempt 1: stopped before it left
    CHECK(x.on_disk(attempt(1)) == nullptr);
    CHECK(x.on_disk(attempt(3)) == nullptr);
    CHECK(x.starts() == refs({1, 2}));
  }

  // -- shutdown
  // ---------------------------------------------------------------------------------------

  TEST_CASE("R4: every end after our shutdown is interrupted and starts nothing") {
    executor_fixture x{settings_with(2)};
    x.connect();
    x.assign({command(attempt(1)), command(attempt(2)), command(attempt(3))});
    x.clear();
    CHECK_FALSE(x.queue.idle());
    x.shut_down();
    CHECK(x.stopped == std::vector<stop_job>{{attempt(1)}, {attempt(2)}});
    CHECK(x.on_disk(attempt(1))->asked);
    run_end killed;
    killed.signal = 15;
    x.end(attempt(1), killed);
    x.end(attempt(2), success());
    const auto answers = x.releases();
    REQUIRE(answers.size() == 3);
    CHECK(answers[0].reason == release_reason::recalled); // had not started
    CHECK(answers[1].reason == release_reason::interrupted);
    CHECK(answers[2].reason == release_reason::interrupted);
    CHECK(x.started.empty());
    CHECK(x.results().empty());
    CHECK(x.queue.idle());
  }

  TEST_CASE("an assignment after our shutdown is given back") {
    executor_fixture x;
    x.connect();
    x.shut_down();
    x.assign({command(attempt(1))});
    CHECK(x.releases() == released(attempt(1), release_reason::recalled, "the node is stopping"));
    CHECK(x.disk.empty());
  }

  TEST_CASE("a stopped attempt that ends after our shutdown is released as stopped") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1))});
    x.tell(stop_batch{refs({1})});
    x.shut_down();
    CHECK(x.stopped.size() == 1);
    x.end(attempt(1));
    CHECK(x.releases() == released(attempt(1), release_reason::stopped));
    CHECK(x.disk.empty());
  }

} // TEST_SUITE

} // namespace evenkeel::core::test
