// Results on their way out: credit, memory, acknowledgements, messages of limited size.
#include "executor_fixture.hpp"

namespace evenkeel::core::test {

namespace {

/// Runs attempts 1..count one after the other, each with this output.
void run(executor_fixture& x, std::uint64_t count, const std::string& out) {
  for (std::uint64_t sequence = 1; sequence <= count; ++sequence) {
    x.assign({command(attempt(sequence))});
    x.end(attempt(sequence), success(out));
  }
}

std::vector<std::uint64_t> sequences(const std::vector<travelling_result>& results) {
  std::vector<std::uint64_t> all;
  for (const auto& result : results)
    all.push_back(result.job.sequence);
  return all;
}

using list = std::vector<std::uint64_t>;

} // namespace

TEST_SUITE("executor_results") {

  TEST_CASE("the home's acknowledgement alone lets a result be forgotten") {
    executor_fixture x;
    x.connect();
    run(x, 1, "x");
    CHECK(sequences(x.results()) == list{1});
    x.tell(result_taken{1, 1000});
    CHECK(x.on_disk(attempt(1)) != nullptr);
    CHECK(x.queue.held() == 1);
    x.tell(result_ack{refs({1, 99})});
    CHECK(x.queue.held() == 0);
    CHECK(x.disk.empty());
    x.disconnect();
    x.connect();
    CHECK(x.named().empty());
  }

  TEST_CASE("an acknowledgement stops an attempt whose job another one has finished") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1)), command(attempt(2))});
    x.tell(result_ack{refs({1, 2})});
    CHECK(x.stopped == std::vector<stop_job>{{attempt(1)}});
    CHECK(x.queue.queued() == 0);
    CHECK(x.releases().empty());
    x.end(attempt(1));
    CHECK(x.releases() == released(attempt(1), release_reason::stopped));
    CHECK(x.disk.empty());
  }

  TEST_CASE("no more results travel than the window has room for") {
    executor_fixture x;
    cluster_settings settings;
    settings.result_window = 2;
    x.connect(settings);
    run(x, 4, "x");
    CHECK(sequences(x.results()) == list{1, 2});
    x.tell(result_taken{1, 0});
    CHECK(sequences(x.results()) == list{3});
    x.tell(result_taken{3, 0});
    CHECK(sequences(x.results()) == list{4});
  }

  TEST_CASE("no more bytes of results travel than the window has room for") {
    executor_fixture x;
    cluster_settings settings;
    settings.result_window_bytes = 2 * (sizeof(job_result) + 100);
    x.connect(settings);
    run(x, 3, std::string(90, 'x'));
    const auto sent = x.results();
    CHECK(sequences(sent) == list{1, 2});
    x.tell(result_taken{1, size_of(sent[0].result)});
    CHECK(sequences(x.results()) == list{3});
  }

  TEST_CASE("a result larger than the window travels alone") {
    executor_fixture x;
    cluster_settings settings;
    settings.result_window_bytes = 1000;
    x.connect(settings);
    run(x, 1, "x");
    x.assign({command(attempt(2))});
    x.end(attempt(2), success(std::string(5000, 'x')));
    x.assign({command(attempt(3))});
    x.end(attempt(3));
    const auto first = x.results();
    CHECK(sequences(first) == list{1});
    const auto first_bytes = size_of(first[0].result);
    x.tell(result_taken{1, first_bytes});
    const auto second = x.results();
    CHECK(sequences(second) == list{2});
    x.tell(result_taken{2, first_bytes + size_of(second[0].result)});
    CHECK(sequences(x.results()) == list{3});
  }

  TEST_CASE("a proxy that claims to have taken too much gets no more credit for it") {
    executor_fixture x;
    cluster_settings settings;
    settings.result_window = 1;
    x.connect(settings);
    x.tell(result_taken{1000, 1'000'000});
    run(x, 3, "x");
    CHECK(sequences(x.results()) == list{1});
  }

  TEST_CASE("credit comes back for a result that was acknowledged before it left") {
    executor_fixture x;
    cluster_settings settings;
    settings.result_window = 1;
    x.connect(settings);
    run(x, 2, "x");
    x.tell(result_ack{refs({1})});
    CHECK(sequences(x.results()) == list{2});
  }

  TEST_CASE("every result is sent again on a new link") {
    executor_fixture x;
    x.connect();
    run(x, 2, "x");
    CHECK(sequences(x.results()) == list{1, 2});
    x.disconnect();
    x.connect();
    CHECK(sequences(x.results()) == list{1, 2});
  }

  TEST_CASE("what was collected for a lost link is not sent on the next one") {
    executor_fixture x;
    x.connect();
    x.tell(stop_batch{refs({9})});
    run(x, 1, "x");
    x.disconnect();
    CHECK(x.releases().empty());
    CHECK(x.results().empty());
    x.connect();
    CHECK(x.releases().empty());
    CHECK(sequences(x.results()) == list{1});
  }

  TEST_CASE("a duplicate assignment of a finished attempt gets its result again") {
    executor_fixture x;
    x.connect();
    run(x, 1, "x");
    x.flush();
    x.clear();
    x.assign({command(attempt(1))});
    CHECK(sequences(x.results()) == list{1});
    CHECK(x.started.empty());
  }

  TEST_CASE("a request sends the results that are here once more") {
    executor_fixture x{settings_with(2)};
    x.connect();
    run(x, 2, "x");
    x.assign({command(attempt(3))});
    x.flush();
    x.clear();
    x.tell(result_request{refs({2, 3, 4})});
    CHECK(sequences(x.results()) == list{2});
    x.tell(result_exchange{{refs({1, 1})}, {}});
    CHECK(sequences(x.results()) == list{1});
  }

  TEST_CASE("with a result period results travel only when asked for") {
    executor_fixture x;
    cluster_settings settings;
    settings.result_period_ms = 1000;
    x.connect(settings);
    run(x, 2, "x");
    CHECK(x.results().empty());
    x.tell(result_exchange{{refs({2})}, {}});
    CHECK(sequences(x.results()) == list{2});
    x.disconnect();
    x.connect(settings);
    CHECK(x.named().size() == 2);
    CHECK(sequences(x.results()) == list{1, 2}); // a new proxy may not know to ask for them
    x.tell(result_request{refs({1})});
    CHECK(sequences(x.results()) == list{1});
  }

  // -- memory
  // -----------------------------------------------------------------------------------------

  TEST_CASE("output beyond the memory limit is read from disk when its turn comes") {
    auto with = settings_with(1);
    with.held_result_bytes = 150;
    executor_fixture x{with};
    cluster_settings settings;
    settings.result_window = 1;
    x.connect(settings);
    run(x, 3, std::string(100, 'x'));
    CHECK(sequences(x.results()) == list{1});
    CHECK(x.loads.empty());
    x.tell(result_taken{1, 0});
    CHECK(x.loads.size() == 1);
    CHECK(x.results().empty());
    x.load();
    const auto loaded = x.results();
    REQUIRE(sequences(loaded) == list{2});
    CHECK(loaded[0].result.out == std::string(100, 'x'));
  }

  TEST_CASE("a read that a lost link asked for is ignored") {
    auto with = settings_with(1);
    with.held_result_bytes = 0;
    executor_fixture x{with};
    run(x, 0, {});
    x.connect();
    run(x, 1, "output");
    x.flush();
    x.disconnect();
    x.connect();
    REQUIRE(x.loads.size() == 1);
    x.disconnect();
    x.clear();
    x.connect();
    REQUIRE(x.loads.size() == 1);
    x.loads.push_back(x.loads[0]);
    x.load();
    CHECK(sequences(x.results()) == list{1});
  }

  TEST_CASE("a result that is gone from the disk is given up so that its job runs again") {
    auto with = settings_with(1);
    with.held_result_bytes = 0;
    executor_fixture x{with};
    x.connect();
    run(x, 1, "output");
    x.flush();
    x.disconnect();
    x.connect();
    x.clear();
    x.disk.clear();
    x.tell(result_request{refs({1})});
    executor_effects fx;
    x.queue.on_loaded({record::kind::held_attempt, attempt(1).job, attempt(1).assigned}, nullptr,
                      x.now, fx);
    CHECK(x.releases() == released(attempt(1), release_reason::interrupted, "its result was lost"));
    CHECK(x.queue.check_invariants().empty());
  }

  TEST_CASE("results are on disk and in the window at most, never more in memory") {
    auto with = settings_with(1);
    with.held_result_bytes = 1000;
    executor_fixture x{with};
    cluster_settings settings;
    settings.result_window = 3;
    x.connect(settings);
    run(x, 50, std::string(400, 'x'));
    std::uint64_t taken = 0;
    std::size_t received = 0;
    for (int round = 0; round < 50 && received < 50; ++round) {
      CHECK(x.loads.size() <= 3);
      x.load();
      const auto some = x.results();
      REQUIRE(some.size() <= 3);
      for (const auto& result : some)
        CHECK(result.result.out.size() == 400);
      received += some.size();
      taken += some.size();
      x.tell(result_taken{taken, 0});
    }
    CHECK(received == 50);
  }

  // -- messages
  // ---------------------------------------------------------------------------------------

  TEST_CASE("inputs only collect and a flush sends everything in one message") {
    executor_fixture x;
    x.connect();
    run(x, 3, "x");
    x.tell(stop_batch{refs({7, 8})});
    CHECK(x.result_messages.empty());
    CHECK(x.release_messages.empty());
    x.flush();
    REQUIRE(x.result_messages.size() == 1);
    CHECK(x.result_messages[0].results.size() == 3);
    REQUIRE(x.release_messages.size() == 1);
    CHECK(x.release_messages[0].attempts.size() == 2);
    x.clear();
    x.flush();
    CHECK(x.result_messages.empty());
    CHECK(x.release_messages.empty());
  }

  TEST_CASE("large results are spread over messages and one that fits none goes alone") {
    executor_fixture x;
    x.connect();
    run(x, 3, std::string(80 * 1024, 'x'));
    x.assign({command(attempt(4))});
    x.end(attempt(4), success(std::string(500 * 1024, 'x')));
    x.flush();
    REQUIRE(x.result_messages.size() == 3);
    CHECK(x.result_messages[0].results.size() == 2);
    CHECK(x.result_messages[1].results.size() == 1);
    CHECK(x.result_messages[2].results.size() == 1);
  }

  TEST_CASE("many releases are spread over messages") {
    executor_fixture x;
    x.connect();
    stop_batch stops;
    for (std::uint64_t sequence = 1; sequence <= 10'000; ++sequence)
      stops.attempts.push_back(attempt(sequence));
    x.tell(stops);
    x.flush();
    std::size_t answered = 0;
    for (const auto& message : x.release_messages) {
      CHECK(message.attempts.size() * sizeof(released_attempt) <= 192 * 1024);
      answered += message.attempts.size();
    }
    CHECK(x.release_messages.size() > 1);
    CHECK(answered == 10'000);
  }

} // TEST_SUITE

} // namespace evenkeel::core::test
