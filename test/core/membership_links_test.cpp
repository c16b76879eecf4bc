// The links of a proxy once they stand: sequence numbers (R6) and leases (R8).
#include "messages/parcel.hpp"
#include "test/core/membership_fixture.hpp"

#include <doctest/doctest.h>

using namespace evenkeel;
using namespace evenkeel::membership_fixture;

// -- links ----------------------------------------------------------------------------------------

TEST_CASE("R6: a join sent again is welcomed again on the same link, whose sequence goes on") {
  proxy p;
  const auto a = join_of(ledger_a, "a");
  p.on_join(1, a);
  p.on_outgoing({ledger_a, a.link, submit_ack{1, 1}});
  const auto fx = p.on_join(1, a);
  CHECK(all<send_welcome>(fx).size() == 1);
  CHECK(all<node_down>(fx).empty());
  CHECK(all<node_up>(fx).empty());
  CHECK(the<send_message>(p.on_outgoing({ledger_a, a.link, submit_ack{2, 2}})).header.sequence
        == 2);
}

TEST_CASE("R6: a late join of an earlier link is dropped") {
  proxy p;
  const auto old = join_of(ledger_a, "a", 1);
  p.on_join(1, old);
  const auto fx = p.on_join(2, join_of(ledger_a, "a", 2));
  CHECK(the<node_down>(fx).link == 1);
  CHECK(place_of<node_down>(fx) < place_of<node_up>(fx));
  CHECK(p.on_join(1, old).empty());
}

TEST_CASE("R6: a link that has ended never stands again under its number") {
  proxy p;
  const auto a = join_of(ledger_a, "a", 5);
  p.on_join(1, a);
  p.on_message(1, p.header(a, 1));
  membership_effects down;
  p.core.on_channel_down(1, p.now, down);
  CHECK(refused_for(p.on_join(1, a)) == refusal_reason::starting);
  CHECK(p.on_message(1, p.header(a, 1)).empty());
}

TEST_CASE("R6: only the exact next message of the standing link is delivered") {
  proxy p;
  const auto a = join_of(ledger_a, "a", 5);
  p.on_join(1, a);
  const auto good = p.header(a, 1);
  auto other = good;
  SUBCASE("another epoch") {
    other.proxy.counter += 1;
  }
  SUBCASE("another epoch's nonce") {
    other.proxy.nonce += 1;
  }
  SUBCASE("another start of the node") {
    other.node.counter -= 1;
  }
  SUBCASE("another nonce of the node") {
    other.node.nonce += 1;
  }
  SUBCASE("another link") {
    other.link -= 1;
  }
  SUBCASE("an earlier message") {
    other.sequence = 0;
  }
  CHECK(p.on_message(1, other).empty());
  CHECK(p.on_message(2, good).empty()); // another channel
  CHECK(the<from_node>(p.on_message(1, good)) == from_node{ledger_a, 5, audit{{{1, 1}}}});
  CHECK(p.on_message(1, good).empty()); // a copy
}

TEST_CASE("R6: a gap in the sequence ends the link and sends its node back to join") {
  proxy p;
  const auto a = join_of(ledger_a, "a");
  p.on_join(1, a);
  p.on_message(1, p.header(a, 1));
  const auto fx = p.on_message(1, p.header(a, 3));
  CHECK(all<from_node>(fx).empty());
  CHECK(the<node_down>(fx) == node_down{ledger_a, a.link, false});
  CHECK(the<send_refusal>(fx).content.reason == refusal_reason::starting);
  CHECK(p.on_message(1, p.header(a, 2)).empty());
}

TEST_CASE("R6: a message for a link that stands no more is dropped, others are numbered from 1") {
  proxy p;
  const auto a = join_of(ledger_a, "a", 2);
  p.on_join(1, a);
  CHECK(p.on_outgoing({ledger_a, 1, submit_ack{}}).empty());
  CHECK(p.on_outgoing({ledger_b, 2, submit_ack{}}).empty());
  const auto sent = the<send_message>(p.on_outgoing({ledger_a, 2, submit_ack{3, 4}}));
  CHECK(sent == send_message{1, p.header(a, 1), submit_ack{3, 4}});
}

TEST_CASE("a message too long for one packet travels in numbered pieces, and comes back whole") {
  proxy p;
  const auto a = join_of(ledger_a, "a");
  p.on_join(1, a);
  assign_batch batch;
  batch.jobs.resize(1);
  batch.jobs[0].spec.body.assign(1U << 20U, 'x');
  const auto pieces = all<send_message>(p.on_outgoing({ledger_a, a.link, batch}));
  REQUIRE(pieces.size() > 1);
  for (std::size_t i = 0; i < pieces.size(); ++i)
    CHECK(pieces[i].header.sequence == i + 1);

  submit_batch submission;
  submission.jobs.resize(1);
  submission.jobs[0].spec.body.assign(1U << 20U, 'y');
  std::vector<from_node> received;
  std::uint64_t sequence = 0;
  for (auto& piece : split(node_message{submission}))
    for (auto& whole : all<from_node>(p.on_message(1, p.header(a, ++sequence), piece)))
      received.push_back(whole);
  REQUIRE(received.size() == 1);
  CHECK((received[0].content == node_message{submission}));
}

TEST_CASE("a node that leaves is down cleanly, and its message goes no further") {
  proxy p;
  const auto a = join_of(ledger_a, "a");
  p.on_join(1, a);
  const auto fx = p.on_message(1, p.header(a, 1), leave{});
  CHECK(the<node_down>(fx) == node_down{ledger_a, a.link, true});
  CHECK(all<from_node>(fx).empty());
  CHECK(all<send_refusal>(fx).empty());
}

// -- leases ---------------------------------------------------------------------------------------

TEST_CASE("a report of the standing link is echoed, any other gets a refusal that names its link") {
  proxy p;
  const auto a = join_of(ledger_a, "a", 9);
  p.on_join(1, a);
  load_report report;
  report.proxy = p.core.current_epoch();
  report.node = a.process;
  report.link = a.link;
  report.stamp_us = 4711;
  const auto good = p.core.on_load_report(1, report, p.now);
  CHECK(good.fits);
  CHECK(good.ledger == ledger_a);
  CHECK(good.echo == heartbeat{report.proxy, report.node, report.link, 4711});
  CHECK_FALSE(p.core.on_load_report(2, report, p.now).fits);
  report.link = 8;
  const auto bad = p.core.on_load_report(1, report, p.now);
  CHECK_FALSE(bad.fits);
  CHECK(bad.rejection.reason == refusal_reason::starting);
  CHECK(bad.rejection.node == a.process);
  CHECK(bad.rejection.link == 8);
}

TEST_CASE(
    "a node that is silent for the lease is down and told, so that it joins anew if it wakes") {
  proxy p;
  const auto a = join_of(ledger_a, "a");
  const auto b = join_of(ledger_b, "b");
  p.on_join(1, a);
  p.on_join(2, b);
  CHECK(p.pass(2000).empty());
  CHECK(p.report(1, a));
  p.on_message(2, p.header(b, 1)); // any message is as good as a report
  CHECK(p.pass(2000).empty());
  CHECK(p.report(2, b));
  const auto fx = p.pass(1500);
  CHECK(the<node_down>(fx) == node_down{ledger_a, a.link, false});
  CHECK(the<send_refusal>(fx).channel == 1);
  CHECK(the<note>(fx).severity == note::level::warning);
  CHECK(p.core.live_nodes() == 1);
}

TEST_CASE("R8: a proxy that stood still starts all leases anew instead of suspecting its nodes") {
  proxy p;
  p.on_join(1, join_of(ledger_a, "a"));
  p.now.steady_us += 60'000 * us_per_ms;
  CHECK(all<node_down>(p.pass(50)).empty());
  CHECK(all<node_down>(p.pass(2900)).empty());
  CHECK(all<node_down>(p.pass(200)).size() == 1);
}
