// Results between executor and home: forwarding, acknowledgement, credit, packets, periods.
#include "result_relay_fixture.hpp"

namespace evenkeel::core::test {

namespace {

using refs = std::vector<attempt_ref>;
const auto home = relay_node(1);
const auto executor = relay_node(2);
const auto other = relay_node(3);

attempt_ref job(std::uint64_t sequence, std::uint64_t number = 1) {
  return ref_of(home, sequence, number);
}

struct connected : relay_fixture {
  explicit connected(cluster_settings settings = {}, relay_limits limits = {})
      : relay_fixture{settings, limits} {
    up(home);
    up(executor);
    up(other);
  }
};

cluster_settings windowed(std::uint32_t results, std::uint64_t bytes = 32ULL << 20U) {
  cluster_settings settings;
  settings.result_window = results;
  settings.result_window_bytes = bytes;
  return settings;
}

cluster_settings periodic() {
  cluster_settings settings;
  settings.result_period_ms = 1000;
  return settings;
}

} // namespace

TEST_SUITE("result_relay") {

  TEST_CASE("a result goes on to its present home without touching the disk") {
    connected x;
    x.give(executor, {result_of(job(1)), result_of(job(2))});
    CHECK(x.results_for(home) == refs{job(1), job(2)});
    CHECK(x.disk.empty());
    CHECK(x.needed == durability::none);
  }

  TEST_CASE("a node's own job takes the same way as any other") {
    connected x;
    x.give(home, {result_of(job(1))});
    CHECK(x.results_for(home) == refs{job(1)});
    x.ack(home, {job(1)});
    CHECK(x.acks_for(home) == refs{job(1)});
  }

  // -- acknowledgements -------------------------------------------------------------------------

  TEST_CASE("R12: the executor may forget a result only after the home's acknowledgement") {
    connected x;
    x.give(executor, {result_of(job(1))});
    CHECK(x.acks_for(executor).empty());
    CHECK(x.relay.results_in_transit() == 1);
    x.ack(home, {job(1)});
    CHECK(x.acks_for(executor) == refs{job(1)});
    CHECK(x.relay.results_in_transit() == 0);
    CHECK(x.relay.memory_bytes() == 0);
  }

  TEST_CASE("an acknowledgement covers the job's attempts under every fence") {
    connected x;
    x.give(executor, {result_of(job(1, 1)), result_of(job(2, 1))});
    x.give(other, {result_of(job(1, 2))});
    x.ack(home, {job(1, 7)});
    CHECK(x.acks_for(executor) == refs{job(1, 1)});
    CHECK(x.acks_for(other) == refs{job(1, 2)});
    CHECK(x.relay.results_in_transit() == 1);
  }

  TEST_CASE("an acknowledgement of an unknown result changes nothing") {
    connected x;
    x.give(executor, {result_of(job(1))});
    x.messages.clear();
    x.ack(home, {job(5)});
    CHECK(x.messages.empty());
    CHECK(x.relay.results_in_transit() == 1);
  }

  TEST_CASE("only the home itself acknowledges its jobs") {
    connected x;
    x.give(executor, {result_of(job(1))});
    x.ack(other, {job(1)});
    CHECK(x.acks_for(executor).empty());
    CHECK(x.relay.results_in_transit() == 1);
  }

  TEST_CASE("an absent executor is not told, and its result sent again is acknowledged again") {
    connected x;
    x.give(executor, {result_of(job(1))});
    CHECK(x.results_for(home) == refs{job(1)});
    x.down(executor);
    x.ack(home, {job(1)});
    x.up(executor);
    CHECK(x.acks_for(executor).empty());
    x.give(executor, {result_of(job(1))});
    CHECK(x.results_for(home) == refs{job(1)});
    x.ack(home, {job(1)});
    CHECK(x.acks_for(executor) == refs{job(1)});
  }

  TEST_CASE("old mail of a broken link is dropped") {
    connected x;
    const auto old_link = x.links[executor];
    x.down(executor);
    x.up(executor);
    x.run([&](auto& fx) {
      x.relay.on_message({executor, old_link, result_batch{0, {result_of(job(1))}}}, {}, fx);
    });
    CHECK(x.relay.results_in_transit() == 0);
  }

  // -- duplicates -------------------------------------------------------------------------------

  TEST_CASE("a duplicate is not sent to its home twice on one link") {
    connected x;
    x.give(executor, {result_of(job(1))});
    x.give(executor, {result_of(job(1))});
    CHECK(x.results_for(home) == refs{job(1)});
    CHECK(x.relay.results_in_transit() == 1);
  }

  TEST_CASE("a duplicate from another executor makes that one the holder") {
    connected x;
    x.give(executor, {result_of(job(1))});
    x.give(other, {result_of(job(1))});
    x.ack(home, {job(1)});
    CHECK(x.acks_for(executor).empty());
    CHECK(x.acks_for(other) == refs{job(1)});
  }

  TEST_CASE("a new link of the home starts from nothing: all that waits is sent again in order") {
    connected x;
    x.give(executor, {result_of(job(3)), result_of(job(1))});
    x.give(executor, {result_of(job(2))});
    CHECK(x.results_for(home) == refs{job(3), job(1), job(2)});
    x.ack(home, {job(1)});
    x.down(home);
    x.up(home);
    CHECK(x.results_for(home) == refs{job(3), job(2)});
  }

  // -- windows and packets ----------------------------------------------------------------------

  TEST_CASE("a home never has more unacknowledged results on its link than its window") {
    connected x{windowed(2)};
    x.give(executor, {result_of(job(1)), result_of(job(2)), result_of(job(3)), result_of(job(4))});
    CHECK(x.results_for(home) == refs{job(1), job(2)});
    x.ack(home, {job(2)});
    CHECK(x.results_for(home) == refs{job(3)});
    x.ack(home, {job(1), job(3)});
    CHECK(x.results_for(home) == refs{job(4)});
  }

  TEST_CASE("the window counts bytes, and a result larger than all of it goes alone") {
    connected x{windowed(100, 3000)};
    x.give(executor, {result_of(job(1), 1000), result_of(job(2), 9000), result_of(job(3), 1000)});
    CHECK(x.results_for(home) == refs{job(1)});
    x.ack(home, {job(1)});
    CHECK(x.results_for(home) == refs{job(2)});
    x.ack(home, {job(2)});
    CHECK(x.results_for(home) == refs{job(3)});
  }

  TEST_CASE("results travel in packets, and one larger than a packet alone in its own") {
    connected x;
    std::vector<travelling_result> many;
    for (std::uint64_t i = 1; i <= 8; ++i)
      many.push_back(result_of(job(i), i == 5 ? 2 * max_packet : max_packet / 3));
    x.give(executor, many);
    const auto batches = x.take<result_batch>(home);
    refs order;
    for (const auto& batch : batches) {
      std::uint64_t bytes = 0;
      for (const auto& item : batch.results)
        bytes += bytes_of(item);
      CHECK((bytes <= max_packet || batch.results.size() == 1));
      append(order, refs_in(batch));
    }
    CHECK(batches.size() == 5);
    CHECK(order == refs{job(1), job(2), job(3), job(4), job(5), job(6), job(7), job(8)});
  }

  // -- credit -----------------------------------------------------------------------------------

  TEST_CASE("R11: credit returns for all that came, duplicates and absent homes' results too") {
    relay_fixture x;
    x.up(executor);
    const auto made = result_of(job(1), 100);
    x.give(executor, {made, made});
    x.give(executor, {result_of(job(2), 100)});
    const auto taken = x.take<result_taken>(executor);
    REQUIRE(taken.size() == 2);
    CHECK(taken[0] == result_taken{2, 2 * bytes_of(made)});
    CHECK(taken[1] == result_taken{3, 3 * bytes_of(made)});
  }

  TEST_CASE("credit is not told again when nothing came, and starts anew with a link") {
    connected x;
    x.give(executor, {result_of(job(1))});
    CHECK(x.take<result_taken>(executor).size() == 1);
    x.run([](auto&) {});
    CHECK(x.take<result_taken>(executor).empty());
    x.down(executor);
    x.up(executor);
    x.give(executor, {result_of(job(2))});
    const auto taken = x.take<result_taken>(executor);
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].results == 1);
  }

  TEST_CASE("R11: memory full of a present home's results withholds credit until it acknowledges") {
    relay_limits limits;
    limits.memory_bytes = 3000;
    connected x{{}, limits};
    x.give(executor, {result_of(job(1), 2000), result_of(job(2), 2000)});
    CHECK(x.take<result_taken>(executor).empty());
    CHECK(x.results_for(home) == refs{job(1), job(2)}); // what frees the memory is not held back
    x.ack(home, {job(1)});
    const auto taken = x.take<result_taken>(executor);
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].results == 2);
  }

  TEST_CASE("R11: a home that goes away with the memory gives the credit free") {
    relay_limits limits;
    limits.memory_bytes = 3000;
    connected x{{}, limits};
    x.give(executor, {result_of(job(1), 2000), result_of(job(2), 2000)});
    CHECK(x.take<result_taken>(executor).empty());
    x.down(home);
    CHECK(x.take<result_taken>(executor).size() == 1);
    CHECK(x.relay.memory_bytes() <= limits.memory_bytes);
  }

  // -- periods ----------------------------------------------------------------------------------

  TEST_CASE("with a result period, results and requests wait for it and share one message") {
    connected x{periodic()};
    x.give(executor, {result_of(job(1))});
    CHECK(x.take<result_taken>(executor).size() == 1);
    CHECK(x.messages.empty());
    const auto run_there = ref_of(other, 9);
    x.period(home, {run_there, job(1)}); // job 1 has come already: it is not asked for
    const auto exchanges = x.take<result_exchange>(home);
    REQUIRE(exchanges.size() == 1);
    CHECK(exchanges[0].wanted.attempts == refs{run_there});
    CHECK(refs_in(exchanges[0].results) == refs{job(1)});
    x.period(home, {});
    CHECK(x.messages.empty());
  }

  TEST_CASE("with a result period, acknowledgements do not wait") {
    connected x{periodic()};
    x.give(executor, {result_of(job(1))});
    x.ack(home, {job(1)});
    CHECK(x.acks_for(executor) == refs{job(1)});
  }

  TEST_CASE("an exchange that is too full overflows into plain batches and requests") {
    connected x{periodic()};
    std::vector<travelling_result> many;
    refs missing;
    for (std::uint64_t i = 1; i <= 4; ++i)
      many.push_back(result_of(job(i), max_packet / 2));
    for (std::uint64_t i = 1; i <= 3000; ++i)
      missing.push_back(ref_of(other, i));
    x.give(executor, many);
    x.period(home, missing);
    const auto exchanges = x.take<result_exchange>(home);
    REQUIRE(exchanges.size() == 1);
    auto wanted = exchanges[0].wanted.attempts;
    auto sent = refs_in(exchanges[0].results);
    append(wanted, x.requests_for(home));
    append(sent, x.results_for(home));
    CHECK(wanted == missing);
    CHECK(sent == refs{job(1), job(2), job(3), job(4)});
  }
}

} // namespace evenkeel::core::test
