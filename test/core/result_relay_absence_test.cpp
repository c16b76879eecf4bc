// Results whose home is away: the window on disk, references, requests, restarts, given-up
// executors.
#include "result_relay_fixture.hpp"

namespace evenkeel::core::test {

namespace {

using refs = std::vector<attempt_ref>;
const auto home = relay_node(1);
const auto executor = relay_node(2);
const auto other_home = relay_node(3);

attempt_ref job(std::uint64_t sequence) {
  return ref_of(home, sequence);
}

relay_limits small(std::uint64_t results, std::uint64_t bytes = 16ULL << 20U) {
  relay_limits limits;
  limits.absent_home_results = results;
  limits.absent_home_bytes = bytes;
  return limits;
}

/// All that an executor holds, with the end mark.
inventory finished_jobs(const refs& those) {
  inventory all;
  for (const auto& what : those)
    all.held.push_back({what, 1, held_state::finished, false});
  all.executor_end = true;
  return all;
}

} // namespace

TEST_SUITE("result_relay with absent homes") {

  TEST_CASE("R10: a result for an absent home is written and waits") {
    relay_fixture x;
    x.up(executor);
    x.give(executor, {result_of(job(1))});
    CHECK(x.needed == durability::written);
    CHECK(x.disk.size() == 1);
    x.up(home);
    CHECK(x.results_for(home) == refs{job(1)});
    x.ack(home, {job(1)});
    CHECK(x.disk.empty());
    CHECK(x.acks_for(executor) == refs{job(1)});
  }

  TEST_CASE("R10: beyond its window an absent home's results stay with their executor") {
    relay_fixture x{{}, small(2)};
    x.up(executor);
    x.give(executor, {result_of(job(1)), result_of(job(2)), result_of(job(3))});
    CHECK(x.disk.size() == 2);
    CHECK(x.relay.memory_bytes() == 2 * bytes_of(result_of(job(1))));
    CHECK(x.relay.results_in_transit() == 3);
    x.up(home);
    CHECK(x.results_for(home) == refs{job(1), job(2)});
    CHECK(x.requests_for(executor) == refs{job(3)});
    x.give(executor, {result_of(job(3))});
    CHECK(x.results_for(home) == refs{job(3)});
  }

  TEST_CASE("R10: the window of an absent home counts bytes too") {
    relay_fixture x{{}, small(100, 1500)};
    x.up(executor);
    x.give(executor, {result_of(job(1), 1000), result_of(job(2), 1000), result_of(job(3), 1)});
    CHECK(x.disk.size() == 2);
    CHECK(x.relay.memory_bytes() <= 1500);
  }

  TEST_CASE("R10: one absent home's full window takes nothing from another") {
    relay_fixture x{{}, small(1)};
    x.up(executor);
    x.give(executor, {result_of(job(1)), result_of(job(2)), result_of(ref_of(other_home, 1))});
    CHECK(x.disk.size() == 2);
    x.up(other_home);
    CHECK(x.results_for(other_home) == refs{ref_of(other_home, 1)});
  }

  TEST_CASE("what was on its way to a home that goes away is written within its window") {
    relay_fixture x{{}, small(1)};
    x.up(executor);
    x.up(home);
    x.give(executor, {result_of(job(2)), result_of(job(1))});
    x.results_for(home);
    x.down(home);
    CHECK(x.disk.size() == 1);
    CHECK(x.disk.begin()->first.job == job(2).job);
    x.up(home);
    CHECK(x.results_for(home) == refs{job(2)});
    CHECK(x.requests_for(executor) == refs{job(1)});
  }

  TEST_CASE("a reference whose executor is away is asked for when that comes back") {
    relay_fixture x{{}, small(0)};
    x.up(executor);
    x.give(executor, {result_of(job(1))});
    x.down(executor);
    x.up(home);
    CHECK(x.requests_for(executor).empty());
    x.up(executor);
    CHECK(x.requests_for(executor) == refs{job(1)});
  }

  TEST_CASE("a reference is not asked for while its home is away") {
    relay_fixture x{{}, small(0)};
    x.up(executor);
    x.give(executor, {result_of(job(1))});
    x.down(executor);
    x.up(executor);
    CHECK(x.requests_for(executor).empty());
  }

  TEST_CASE("with a result period, references are asked for in the exchange") {
    cluster_settings settings;
    settings.result_period_ms = 100;
    relay_fixture x{settings, small(0)};
    x.up(executor);
    x.give(executor, {result_of(job(1))});
    x.up(home);
    CHECK(x.requests_for(executor).empty());
    x.period(executor, {});
    const auto exchanges = x.take<result_exchange>(executor);
    REQUIRE(exchanges.size() == 1);
    CHECK(exchanges[0].wanted.attempts == refs{job(1)});
  }

  TEST_CASE("a reference is dropped when its home cancels the job") {
    relay_fixture x{{}, small(0)};
    x.up(executor);
    x.give(executor, {result_of(job(1)), result_of(job(2))});
    x.down(executor);
    x.up(home);
    x.say(home, cancel_batch{{1}});
    x.up(executor);
    CHECK(x.requests_for(executor) == refs{job(2)});
  }

  TEST_CASE("an executor that is here need not keep the result of a job that was cancelled") {
    relay_fixture x{{}, small(0)};
    x.up(executor);
    x.give(executor, {result_of(job(1))});
    x.up(home);
    x.say(home, cancel_batch{{1}});
    CHECK(x.acks_for(executor) == refs{job(1)});
  }

  TEST_CASE("R7: after the home's end mark, references to jobs that it did not name are dropped") {
    relay_fixture x{{}, small(1)};
    x.up(executor);
    x.give(executor, {result_of(job(1)), result_of(job(2)), result_of(job(3)), result_of(job(4))});
    x.up(home);
    x.say(home, inventory{false, false, {}, {{2, 2}}});
    CHECK(x.relay.results_in_transit() == 4);
    x.say(home, inventory{false, true, {}, {{4, 9}}});
    CHECK(x.relay.results_in_transit() == 3); // 1 is no reference: the home acknowledges it
    CHECK(x.acks_for(executor) == refs{job(3)});
  }

  TEST_CASE("R10: nobody keeps results for a retired home") {
    relay_fixture x{{}, small(1)};
    x.up(executor);
    x.give(executor, {result_of(job(1)), result_of(job(2)), result_of(ref_of(other_home, 1))});
    x.run([&](auto& fx) { x.relay.on_retired(home, fx); });
    CHECK(x.acks_for(executor) == refs{job(1), job(2)});
    CHECK(x.disk.size() == 1);
    CHECK(x.relay.results_in_transit() == 1);
  }

  TEST_CASE("a result that comes between a home's return and its end mark is never dropped") {
    relay_fixture x;
    x.up(executor);
    x.up(home);
    x.give(executor, {result_of(job(1))});
    x.say(home, inventory{false, true, {}, {}});
    CHECK(x.relay.results_in_transit() == 1);
  }

  // -- executors that are gone ------------------------------------------------------------------

  TEST_CASE("a given-up executor takes with it what only it held") {
    relay_fixture x{{}, small(1)};
    x.up(executor);
    x.give(executor, {result_of(job(1)), result_of(job(2))});
    x.down(executor);
    x.give_up(executor);
    CHECK(x.gone == refs{job(2)});
    x.up(home);
    CHECK(x.results_for(home) == refs{job(1)});
    x.ack(home, {job(1)});
    CHECK(x.disk.empty());
    CHECK(x.relay.results_in_transit() == 0);
  }

  TEST_CASE("the last copy of a result is kept even beyond the window of its home") {
    relay_fixture x{{}, small(0)};
    x.up(executor);
    x.up(home);
    x.give(executor, {result_of(job(1))});
    x.down(executor);
    x.give_up(executor);
    x.results_for(home);
    x.down(home);
    CHECK(x.gone.empty());
    CHECK(x.disk.size() == 1);
    x.up(home);
    CHECK(x.results_for(home) == refs{job(1)});
  }

  TEST_CASE("a result that cannot be read back is asked of its executor") {
    relay_limits limits;
    limits.memory_bytes = 0;
    relay_fixture x;
    x.up(executor);
    x.give(executor, {result_of(job(1))});
    x.restart({}, limits);
    x.up(executor);
    x.up(home);
    x.disk.clear();
    x.answer_loads();
    CHECK(x.requests_for(executor) == refs{job(1)});
  }

  TEST_CASE("R7: a result that its executor no longer names when it is back is gone") {
    relay_fixture x{{}, small(0)};
    x.up(executor);
    x.give(executor, {result_of(job(1)), result_of(job(2))});
    CHECK(x.disk.empty());
    x.down(executor);
    x.up(executor);
    inventory held;
    held.held.push_back({job(1), 1, held_state::finished, false});
    x.say(executor, held);
    CHECK(x.gone.empty());
    inventory end;
    end.executor_end = true;
    x.say(executor, end);
    CHECK(x.gone == refs{job(2)});
    x.up(home);
    CHECK(x.requests_for(executor).empty()); // it sends what it has named
    x.give(executor, {result_of(job(1))});
    CHECK(x.results_for(home) == refs{job(1)});
  }

  TEST_CASE("R7: a result that was named and never came is gone with its executor, or without it") {
    relay_fixture x;
    x.up(executor);
    x.up(home);
    x.say(executor, finished_jobs({job(1), job(2), job(3)}));
    x.give(executor, {result_of(job(1))});
    CHECK(x.results_for(home) == refs{job(1)});
    CHECK(x.requests_for(executor).empty()); // they follow by themselves
    x.down(executor);
    x.up(executor);
    x.say(executor, finished_jobs({job(1), job(3)}));
    CHECK(x.gone == refs{job(2)});
    x.gone.clear();
    x.down(executor);
    x.give_up(executor);
    CHECK(x.gone == refs{job(3)});
  }

  TEST_CASE("what an executor has named is not asked for as well when its home comes") {
    relay_fixture x{{}, small(0)};
    x.up(executor);
    x.say(executor, finished_jobs({job(1), job(2)}));
    x.give(executor, {result_of(job(1))});
    x.up(home);
    CHECK(x.requests_for(executor) == refs{job(1)}); // it came, and there was no room
    x.give(executor, {result_of(job(1)), result_of(job(2))});
    CHECK(x.results_for(home) == refs{job(1), job(2)});
  }

  TEST_CASE("R7: what was acknowledged before the executor's end mark it need not have any more") {
    relay_fixture x;
    x.up(executor);
    x.up(home);
    x.give(executor, {result_of(job(1))});
    x.results_for(home);
    x.down(executor);
    x.up(executor);
    x.ack(home, {job(1)});
    x.say(executor, finished_jobs({job(1)})); // said before it heard that
    CHECK(x.relay.results_in_transit() == 0);
  }

  TEST_CASE("a result that its executor lets go is gone, unless it is here") {
    for (const std::uint64_t kept : {0, 1}) {
      relay_fixture x{{}, small(kept)};
      x.up(executor);
      x.give(executor, {result_of(job(1))});
      release_batch released;
      released.attempts.push_back({job(1), release_reason::interrupted, ""});
      x.say(executor, released);
      CHECK(x.gone.size() == 1 - kept);
      CHECK(x.relay.results_in_transit() == kept);
      CHECK(x.disk.size() == kept);
    }
  }

  TEST_CASE("an executor that was asked back what it had finished keeps it") {
    relay_fixture x{{}, small(0)};
    x.up(executor);
    x.give(executor, {result_of(job(1))});
    release_batch released;
    released.attempts.push_back({job(1), release_reason::kept, ""});
    x.say(executor, released);
    CHECK(x.gone.empty());
    x.up(home);
    CHECK(x.requests_for(executor) == refs{job(1)});
  }

  TEST_CASE("what came again, was here already and had to go is asked for") {
    relay_fixture x{{}, small(0)};
    x.up(executor);
    x.up(home);
    x.give(executor, {result_of(job(1))});
    x.down(executor);
    x.up(executor);
    x.say(executor, finished_jobs({job(1)}));
    x.give(executor, {result_of(job(1))});
    x.results_for(home);
    x.down(home);
    x.up(home);
    CHECK(x.requests_for(executor) == refs{job(1)});
  }

  TEST_CASE("a copy here is the last one once its executor is back without the result") {
    relay_fixture x{{}, small(0)};
    x.up(executor);
    x.up(home);
    x.give(executor, {result_of(job(1))});
    x.results_for(home);
    x.down(executor);
    x.up(executor);
    x.say(executor, finished_jobs({}));
    x.down(home);
    CHECK(x.gone.empty());
    CHECK(x.disk.size() == 1);
    x.up(home);
    CHECK(x.results_for(home) == refs{job(1)});
    CHECK(x.requests_for(executor).empty());
  }

  TEST_CASE("a result that cannot be read back and has no executor is gone") {
    relay_limits limits;
    limits.memory_bytes = 0;
    relay_fixture x;
    x.up(executor);
    x.give(executor, {result_of(job(1))});
    x.restart({}, limits);
    x.give_up(executor);
    CHECK(x.gone.empty());
    x.up(home);
    x.disk.clear();
    x.answer_loads();
    CHECK(x.gone == refs{job(1)});
    CHECK(x.relay.results_in_transit() == 0);
  }

  // -- restarts and memory ----------------------------------------------------------------------

  TEST_CASE("waiting results outlive the proxy process") {
    relay_fixture x;
    x.up(executor);
    x.give(executor, {result_of(job(1)), result_of(job(2))});
    x.restart();
    x.up(home);
    CHECK(x.loads.empty());
    CHECK(x.results_for(home) == refs{job(1), job(2)});
    x.ack(home, {job(1), job(2)});
    CHECK(x.disk.empty());
  }

  TEST_CASE("waiting results beyond the memory are loaded when their home comes, in its window") {
    relay_limits limits;
    limits.memory_bytes = 0;
    cluster_settings settings;
    settings.result_window = 1;
    relay_fixture x;
    x.up(executor);
    x.give(executor, {result_of(job(1)), result_of(job(2))});
    x.restart(settings, limits);
    CHECK(x.relay.memory_bytes() == 0);
    x.up(home);
    CHECK(x.loads.size() == 1);
    x.answer_loads();
    CHECK(x.results_for(home) == refs{job(1)});
    x.ack(home, {job(1)});
    x.answer_loads();
    CHECK(x.results_for(home) == refs{job(2)});
  }

  TEST_CASE("a loaded result is dropped when its home has gone again meanwhile") {
    relay_limits limits;
    limits.memory_bytes = 0;
    relay_fixture x;
    x.up(executor);
    x.give(executor, {result_of(job(1))});
    x.restart({}, limits);
    x.up(home);
    x.down(home);
    x.answer_loads();
    CHECK(x.relay.memory_bytes() == 0);
    x.up(home);
    x.answer_loads();
    CHECK(x.results_for(home) == refs{job(1)});
  }

  TEST_CASE("absent homes' results make room in memory for those of present ones") {
    relay_limits limits;
    limits.memory_bytes = 3000;
    relay_fixture x{{}, limits};
    x.up(executor);
    x.up(other_home);
    x.give(executor, {result_of(job(1), 2000)});
    x.give(executor, {result_of(ref_of(other_home, 1), 2000)});
    CHECK(x.relay.memory_bytes() <= limits.memory_bytes);
    CHECK(x.take<result_taken>(executor).size() == 2);
    x.up(home);
    x.answer_loads();
    CHECK(x.results_for(home) == refs{job(1)});
  }
}

} // namespace evenkeel::core::test
