// What a new life or a new link finds: recovery from disk and the inventory.
#include "executor_fixture.hpp"

namespace evenkeel::core::test {

namespace {

executor_settings next_life(std::uint32_t slots = 1) {
  auto settings = settings_with(slots);
  settings.process = {8, 80};
  return settings;
}

} // namespace

TEST_SUITE("executor_recovery") {

  TEST_CASE("R7: the inventory names everything that is held and ends with a mark") {
    executor_fixture x{settings_with(2)};
    x.connect();
    x.assign({command(attempt(1)), command(attempt(2)), command(attempt(3)), command(attempt(4))});
    x.end(attempt(1));
    x.tell(stop_batch{refs({2})});
    x.disconnect();
    x.clear();
    x.connect();
    REQUIRE(x.inventories.size() == 1);
    CHECK(x.inventories[0].executor_end);
    CHECK_FALSE(x.inventories[0].home_end);
    const std::vector<held_job> expected{{attempt(1), 1, held_state::finished, false},
                                         {attempt(2), 1, held_state::running, false},
                                         {attempt(3), 1, held_state::running, false},
                                         {attempt(4), 1, held_state::queued, false}};
    CHECK(x.named() == expected);
  }

  TEST_CASE("R7: an empty executor says so") {
    executor_fixture x;
    x.connect();
    REQUIRE(x.inventories.size() == 1);
    CHECK(x.inventories[0].executor_end);
    CHECK(x.inventories[0].held.empty());
  }

  TEST_CASE("R7: a long inventory comes in chunks of which only the last has the end mark") {
    executor_fixture x;
    x.connect();
    std::vector<assignment> jobs;
    for (std::uint64_t sequence = 1; sequence <= 10'000; ++sequence)
      jobs.push_back(command(attempt(sequence)));
    x.assign(jobs);
    x.disconnect();
    x.clear();
    x.connect();
    REQUIRE(x.inventories.size() > 2);
    for (const auto& chunk : x.inventories) {
      CHECK(chunk.held.size() * sizeof(held_job) <= 192 * 1024);
      CHECK(chunk.executor_end == (&chunk == &x.inventories.back()));
    }
    CHECK(x.named().size() == 10'000);
  }

  TEST_CASE("R2: what ran when the process died is reported and never rerun by itself") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1))});
    x.restart(next_life());
    x.connect();
    CHECK(x.started.empty());
    CHECK(x.named() == std::vector<held_job>{{attempt(1), 1, held_state::interrupted, true}});
    CHECK(x.on_disk(attempt(1)) != nullptr);
  }

  TEST_CASE("an interrupted attempt is named on every link until the proxy has dealt with it") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1))});
    x.restart(next_life());
    x.connect();
    x.disconnect();
    x.clear();
    x.connect();
    CHECK(x.named().size() == 1);
    x.tell(stop_batch{refs({1})});
    CHECK(x.releases() == released(attempt(1), release_reason::stopped));
    CHECK(x.disk.empty());
  }

  TEST_CASE("an interrupted attempt ends with an acknowledgement or a later attempt of its job") {
    executor_fixture x{settings_with(2)};
    x.connect();
    x.assign({command(attempt(1, 10)), command(attempt(2))});
    x.restart(next_life(2));
    x.connect();
    x.tell(result_ack{refs({2})});
    CHECK(x.on_disk(attempt(2)) == nullptr);
    x.assign({command(attempt(1, 20))});
    CHECK(x.on_disk(attempt(1, 10)) == nullptr);
    CHECK(x.starts() == std::vector{attempt(1, 20)});
    CHECK(x.stopped.empty());
  }

  TEST_CASE("R4: what our own shutdown ended is no death, even when the release is lost") {
    executor_fixture x{settings_with(2)};
    x.connect();
    x.assign({command(attempt(1)), command(attempt(2))});
    x.shut_down();
    x.end(attempt(1)); // attempt 2 does not end in time
    x.restart(next_life(2));
    x.connect();
    const std::vector<held_job> expected{{attempt(1), 1, held_state::interrupted, false},
                                         {attempt(2), 1, held_state::interrupted, false}};
    CHECK(x.named() == expected);
  }

  TEST_CASE("R4: a crash while an attempt is being stopped is no death") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1))});
    x.tell(stop_batch{refs({1})});
    x.restart(next_life());
    x.connect();
    CHECK(x.named() == std::vector<held_job>{{attempt(1), 1, held_state::interrupted, false}});
  }

  TEST_CASE("queued attempts are queued again in their order and start at the proxy's word") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(9)), command(attempt(8)), command(attempt(7)), command(attempt(6))});
    x.restart(next_life());
    CHECK(x.queue.queued() == 3);
    x.connect();
    x.assign({command(attempt(1))});
    CHECK(x.started.empty());
    x.tell(stop_batch{});
    x.end(attempt(8));
    x.end(attempt(7));
    x.end(attempt(6));
    CHECK(x.starts() == refs({8, 7, 6, 1}));
  }

  TEST_CASE("what a power cut brought back into the queue does not start before it is stopped") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1)), command(attempt(2))});
    const auto before_the_recall = x.disk;
    x.tell(recall_batch{refs({2})});
    x.disk = before_the_recall; // the erasure was not fsynced
    x.restart(next_life());
    x.connect();
    CHECK(x.starts().empty());
    x.disconnect();
    x.connect();
    CHECK(x.starts().empty());
    x.tell(stop_batch{refs({1, 2})});
    CHECK(x.starts().empty());
    x.assign({command(attempt(3))});
    CHECK(x.starts() == refs({3}));
  }

  TEST_CASE("R3: a queued once attempt of an earlier life is reported and never starts") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1)), once_command(attempt(2))});
    x.end(attempt(1), success()); // starts 2, so queue another one
    x.assign({once_command(attempt(3))});
    x.restart(next_life(4));
    x.connect();
    CHECK(x.started.empty());
    const std::vector<held_job> expected{{attempt(1), 1, held_state::finished, false},
                                         {attempt(2), 1, held_state::interrupted, true},
                                         {attempt(3), 1, held_state::interrupted, false}};
    CHECK(x.named() == expected);
  }

  TEST_CASE("a queued function that this program no longer has is reported as interrupted") {
    executor_fixture x;
    x.connect();
    x.assign({command(attempt(1)), function_call(attempt(2), "upper")});
    auto without = next_life(2);
    without.functions.clear();
    x.restart(without);
    x.connect();
    CHECK(x.started.empty());
    const auto named = x.named();
    REQUIRE(named.size() == 2);
    CHECK(named[1] == held_job{attempt(2), 1, held_state::interrupted, false});
  }

  TEST_CASE("results outlive the process, whether they fit into memory or not") {
    executor_fixture x{settings_with(2)};
    x.connect();
    x.assign({command(attempt(1)), command(attempt(2))});
    x.end(attempt(1), success(std::string(100, 'a')));
    x.end(attempt(2), success(std::string(100, 'b')));
    auto small = next_life();
    small.held_result_bytes = 150;
    x.restart(small);
    x.connect();
    CHECK(x.loads.size() == 1);
    x.load();
    const auto results = x.results();
    REQUIRE(results.size() == 2);
    CHECK(results[0].result.out == std::string(100, 'a'));
    CHECK(results[1].result.out == std::string(100, 'b'));
  }

  TEST_CASE("records of other actors are ignored") {
    executor_fixture x;
    x.disk.emplace(record::ledger_job_key(1), record::open_job{});
    x.restart(next_life());
    x.connect();
    CHECK(x.named().empty());
  }

} // TEST_SUITE

} // namespace evenkeel::core::test
