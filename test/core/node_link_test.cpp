// A node on its way to a link: identity (R5), connecting, joining, refusals.
#include "test/core/node_link_fixture.hpp"

#include <doctest/doctest.h>

using namespace evenkeel;
using namespace evenkeel::node_link_fixture;

// -- identity -------------------------------------------------------------------------------------

TEST_CASE("R5: a new data directory gets the fresh ledger, fsynced before anything is said") {
  node n;
  const auto fx = n.start();
  CHECK(fx.needed == durability::synced);
  CHECK(fx.changes == std::vector{record::put(record::identity{fresh, "", 1, 0})});
  CHECK(has<connect_now>(fx));
  CHECK(n.core.process() == incarnation{1, nonce});
}

TEST_CASE("R5: a start of a known ledger is the next incarnation of the same ledger") {
  node n;
  n.core.recover(record::identity{{1, 2}, our_code, 41, 9});
  const auto fx = n.start();
  CHECK(fx.changes == std::vector{record::put(record::identity{{1, 2}, our_code, 42, 9})});
  n.connected();
  CHECK(n.asked.ledger == ledger_id{1, 2});
  CHECK(n.asked.process == incarnation{42, nonce});
  CHECK(n.asked.code == our_code);
  CHECK(n.asked.highest_epoch == 9);
  CHECK(n.asked.slots == 4);
  CHECK(n.asked.name == "a");
}

TEST_CASE("R6: link numbers rise over all starts of a ledger") {
  node first;
  first.start();
  first.connected();
  node second;
  second.core.recover(record::identity{fresh, "", 1, 0});
  second.start();
  second.connected();
  CHECK(second.asked.link > first.asked.link);
}

// -- connecting -----------------------------------------------------------------------------------

TEST_CASE("a failed connect is tried again after a back-off that doubles up to its limit") {
  node n;
  n.start();
  for (const auto wait_ms : {50, 100, 200, 400, 800, 1000, 1000}) {
    CAPTURE(wait_ms);
    n.connect_failed();
    CHECK_FALSE(has<connect_now>(n.pass(wait_ms - 50)));
    CHECK(has<connect_now>(n.pass(50)));
  }
}

TEST_CASE("the back-off counts from the beginning of an attempt, which may itself take long") {
  node n;
  n.start();
  for (int i = 0; i < 6; ++i) {
    n.connect_failed();
    while (!has<connect_now>(n.pass(50))) {
    }
  }
  n.pass(600);
  n.connect_failed();
  CHECK_FALSE(has<connect_now>(n.pass(350)));
  CHECK(has<connect_now>(n.pass(50)));
  n.pass(5000);
  n.connect_failed();
  CHECK(has<connect_now>(n.pass(50)));
}

TEST_CASE("a proxy out of reach is logged at once, then every ten seconds at most") {
  node n;
  n.start();
  CHECK(the<note>(n.connect_failed())
        == note{note::level::warning, "cannot reach the proxy: no route; trying again"});
  n.pass(1000);
  CHECK_FALSE(has<note>(n.connect_failed()));
  n.pass(9000);
  CHECK(has<note>(n.connect_failed()));
}

TEST_CASE("a broken connection ends the link and is made anew with another link number") {
  linked_node n;
  const auto old = n.asked.link;
  CHECK(the<link_down>(n.disconnected()).link == old);
  CHECK(has<connect_now>(n.pass(50)));
  n.connected();
  CHECK(n.asked.link > old);
}

// -- joining --------------------------------------------------------------------------------------

TEST_CASE("a join without an answer is sent again as it was") {
  joining_node n;
  const auto first = n.asked;
  CHECK_FALSE(has<send_join>(n.pass(450)));
  CHECK(the<send_join>(n.pass(50)).content == first);
}

TEST_CASE("a proxy that does not answer for the lease is connected to anew") {
  joining_node n;
  const auto first = n.asked.link;
  CHECK_FALSE(has<disconnect_now>(n.pass(3000)));
  CHECK(has<disconnect_now>(n.pass(50)));
  CHECK(has<connect_now>(n.pass(50)));
  n.connected();
  CHECK(n.asked.link == first + 1);
}

TEST_CASE("R1, R5: a welcome's code and epoch are fsynced in the step that brings the link up") {
  joining_node n;
  const auto fx = n.take(n.answer());
  CHECK(fx.needed == durability::synced);
  CHECK(fx.changes == std::vector{record::put(record::identity{fresh, our_code, 1, 4})});
  CHECK(the<link_up>(fx) == link_up{n.asked.link, our_code, {}});
  CHECK(n.core.link() == n.asked.link);
  CHECK(n.core.code() == our_code);
}

TEST_CASE("R1: a welcome of a lower epoch is not obeyed") {
  node n;
  n.core.recover(record::identity{fresh, our_code, 1, 9});
  n.start();
  n.connected();
  const auto fx = n.take(n.answer({8, 40}));
  CHECK(fx.changes.empty());
  CHECK(has<disconnect_now>(fx));
  CHECK(the<note>(fx).severity == note::level::warning);
  CHECK_FALSE(n.core.up());
  CHECK(has<connect_now>(n.pass(50)));
}

TEST_CASE("R1: an epoch as high as the highest seen is obeyed without another write") {
  node n;
  n.core.recover(record::identity{fresh, our_code, 1, 4});
  n.start();
  n.connected();
  CHECK(n.take(n.answer()).changes.empty());
  CHECK(n.core.up());
}

TEST_CASE("R5: a confirmed code never changes") {
  node n;
  n.core.recover(record::identity{fresh, "abcde", 1, 0});
  n.start();
  n.connected();
  const auto fx = n.take(n.answer());
  CHECK(fx.changes.empty());
  CHECK(has<disconnect_now>(fx));
  CHECK(the<note>(fx).severity == note::level::error);
  CHECK(n.core.code() == "abcde");
}

TEST_CASE("R6: a welcome for another start or link, or a second one, is dropped") {
  joining_node n;
  auto late = n.answer();
  late.link -= 1;
  CHECK(n.take(late).empty());
  late = n.answer();
  late.node.nonce += 1;
  CHECK(n.take(late).empty());
  n.take(n.answer());
  CHECK(n.take(n.answer()).empty());
}

// -- refusals -------------------------------------------------------------------------------------

TEST_CASE("a refused node joins again under a new number after the time that it was told") {
  joining_node n;
  const auto first = n.asked.link;
  n.take(n.refuse());
  CHECK_FALSE(has<send_join>(n.pass(950)));
  CHECK(has<send_join>(n.pass(50)));
  CHECK(n.asked.link == first + 1);
}

TEST_CASE("a refusal while the link is up ends it, and the node joins again at once") {
  linked_node n;
  const auto old = n.asked.link;
  CHECK(the<link_down>(n.take(n.refuse(refusal_reason::starting))).link == old);
  CHECK_FALSE(n.core.up());
  CHECK(has<send_join>(n.pass(50)));
  CHECK(n.asked.link == old + 1);
}

TEST_CASE("why a node was refused is remembered until its welcome") {
  joining_node n;
  CHECK(n.core.refusal_text().empty());
  auto refusal = n.refuse();
  refusal.text = "the name is taken";
  n.take(refusal);
  CHECK(n.core.refusal_text() == "the name is taken");
  n.pass(1000);
  CHECK(n.core.refusal_text() == "the name is taken");
  n.take(n.answer());
  CHECK(n.core.refusal_text().empty());
}

TEST_CASE("R6: a refusal for another start or link is dropped") {
  linked_node n;
  auto late = n.refuse();
  late.link -= 1;
  CHECK(n.take(late).empty());
  late = n.refuse();
  late.node.counter += 1;
  CHECK(n.take(late).empty());
  CHECK(n.core.up());
}

TEST_CASE("refusals that need an operator are errors, and the same again is logged at debug") {
  joining_node n;
  CHECK(the<note>(n.take(n.refuse(refusal_reason::stale_incarnation))).severity
        == note::level::error);
  n.pass(1000);
  CHECK(the<note>(n.take(n.refuse(refusal_reason::stale_incarnation))).severity
        == note::level::debug);
  n.pass(1000);
  CHECK(the<note>(n.take(n.refuse(refusal_reason::cluster_full))).severity == note::level::warning);
}
