// A node whose link stands: sequence numbers (R6), heartbeats and leases (R8), and the end.
#include "messages/parcel.hpp"
#include "test/core/node_link_fixture.hpp"

#include <doctest/doctest.h>

using namespace evenkeel;
using namespace evenkeel::node_link_fixture;

// -- messages -------------------------------------------------------------------------------------

TEST_CASE("R6: a node takes only the exact next message of its standing link") {
  linked_node n;
  auto other = n.header(1);
  SUBCASE("another epoch") {
    other.proxy.counter -= 1;
  }
  SUBCASE("another epoch's nonce") {
    other.proxy.nonce += 1;
  }
  SUBCASE("another start of the node") {
    other.node.counter += 1;
  }
  SUBCASE("another link") {
    other.link -= 1;
  }
  SUBCASE("an earlier message") {
    other.sequence = 0;
  }
  CHECK(n.take(other).empty());
  CHECK(the<from_proxy>(n.take(n.header(1))) == from_proxy{n.asked.link, submit_ack{1, 2}});
  CHECK(n.take(n.header(1)).empty()); // a copy
}

TEST_CASE("R6: messages before the welcome are dropped") {
  joining_node n;
  CHECK(n.take(n.header(1)).empty());
}

TEST_CASE("R6: a gap in the proxy's sequence ends link and connection") {
  linked_node n;
  n.take(n.header(1));
  const auto fx = n.take(n.header(3));
  CHECK_FALSE(has<from_proxy>(fx));
  CHECK(has<link_down>(fx));
  CHECK(has<disconnect_now>(fx));
  CHECK(has<connect_now>(n.pass(50)));
}

TEST_CASE("R6: outgoing messages are numbered from 1 on each link, those of another are dropped") {
  linked_node n;
  const auto first = n.asked.link;
  CHECK(the<send_link_message>(n.outgoing({first, audit{}}))
        == send_link_message{n.header(1), audit{}});
  CHECK(the<send_link_message>(n.outgoing({first, audit{}})).header == n.header(2));
  n.take(n.refuse());
  CHECK(n.outgoing({first, audit{}}).empty());
  n.pass(50);
  n.take(n.answer());
  CHECK(n.outgoing({first, audit{}}).empty());
  CHECK(the<send_link_message>(n.outgoing({n.asked.link, audit{}})).header == n.header(1));
}

TEST_CASE("what does not fit one packet goes to the proxy in pieces and comes from it in pieces") {
  linked_node n;
  submit_batch submission;
  submission.jobs.resize(1);
  submission.jobs[0].spec.body.assign(1U << 20U, 'x');
  const auto sent = all<send_link_message>(n.outgoing({n.asked.link, submission}));
  REQUIRE(sent.size() > 1);
  CHECK(sent.back().header.sequence == sent.size());

  assign_batch batch;
  batch.jobs.resize(1);
  batch.jobs[0].spec.body.assign(1U << 20U, 'y');
  std::vector<from_proxy> received;
  std::uint64_t sequence = 0;
  for (auto& piece : split(proxy_message{batch}))
    for (auto& whole : all<from_proxy>(n.take(n.header(++sequence), piece)))
      received.push_back(whole);
  REQUIRE(received.size() == 1);
  CHECK((received[0].content == proxy_message{batch}));
}

// -- heartbeats -----------------------------------------------------------------------------------

TEST_CASE("a report is due at once on a new link, then every heartbeat period") {
  joining_node n;
  load_report report;
  CHECK_FALSE(n.core.report_due(n.now, report));
  n.take(n.answer());
  CHECK(n.core.report_due(n.now, report));
  CHECK(report.proxy == epoch{4, 40});
  CHECK(report.node == n.core.process());
  CHECK(report.link == n.asked.link);
  CHECK(report.stamp_us == static_cast<std::uint64_t>(n.now.steady_us));
  n.pass(450);
  CHECK_FALSE(n.core.report_due(n.now, report));
  n.pass(50);
  CHECK(n.core.report_due(n.now, report));
}

TEST_CASE("the round trip is measured on the echo of a report's stamp, and smoothed") {
  linked_node n;
  load_report report;
  const auto echo_after_us = [&](std::int64_t round_trip_us) {
    n.pass(500);
    REQUIRE(n.core.report_due(n.now, report));
    n.now.steady_us += round_trip_us;
    n.take(heartbeat{report.proxy, report.node, report.link, report.stamp_us});
    n.now.steady_us += 50'000 - round_trip_us;
  };
  echo_after_us(800);
  CHECK(report.round_trip_us == 0);
  echo_after_us(1600);
  CHECK(report.round_trip_us == 800);
  const auto late = report;
  echo_after_us(900);
  CHECK(report.round_trip_us == 900);                                 // (7 * 800 + 1600) / 8
  n.take(heartbeat{late.proxy, late.node, late.link, late.stamp_us}); // a copy: says nothing new
  echo_after_us(900);
  CHECK(report.round_trip_us == 900);
}

TEST_CASE("a proxy that is silent for the lease of its welcome is given up and sought anew") {
  joining_node n;
  auto answer = n.answer();
  answer.settings.lease_ms = 1000;
  n.take(answer);
  n.pass(900);
  n.take(heartbeat{answer.proxy, answer.node, answer.link, 1});
  n.pass(900);
  n.take(n.header(1)); // any message is as good as a heartbeat
  CHECK(n.pass(1000).empty());
  const auto fx = n.pass(50);
  CHECK(the<link_down>(fx).link == answer.link);
  CHECK(has<disconnect_now>(fx));
  CHECK(has<connect_now>(n.pass(50)));
}

TEST_CASE("R6: heartbeats of another link do not keep the proxy alive") {
  linked_node n;
  n.pass(2900);
  n.take(heartbeat{{4, 40}, n.asked.process, n.asked.link - 1, 1});
  CHECK(has<link_down>(n.pass(200)));
}

TEST_CASE("R8: a node that stood still starts the proxy's lease anew instead of suspecting it") {
  linked_node n;
  n.now.steady_us += 60'000 * us_per_ms;
  CHECK_FALSE(has<link_down>(n.pass(50)));
  CHECK_FALSE(has<link_down>(n.pass(2950)));
  CHECK(has<link_down>(n.pass(100)));
}

// -- the end --------------------------------------------------------------------------------------

TEST_CASE("a clean stop says so on the standing link and seeks no other") {
  linked_node n;
  const auto fx = n.shut_down();
  CHECK(the<send_link_message>(fx) == send_link_message{n.header(1), leave{}});
  CHECK(has<link_down>(fx));
  CHECK_FALSE(n.core.up());
  CHECK(n.outgoing({n.asked.link, audit{}}).empty());
  CHECK(n.disconnected().empty());
  CHECK(n.pass(10'000).empty());
}

TEST_CASE("a node that stops before it is connected drops the connection that comes too late") {
  node n;
  n.start();
  CHECK(n.shut_down().empty());
  CHECK(has<disconnect_now>(n.connected()));
}

TEST_CASE("a node that drains says so at once and first of all on every later link") {
  linked_node n;
  const auto told = [](const link_effects& fx) {
    std::vector<std::uint64_t> sequences;
    for (const auto& one : all<send_link_message>(fx))
      if (std::holds_alternative<drain>(one.content))
        sequences.push_back(one.header.sequence);
    return sequences;
  };
  CHECK(told(n.step([&](auto& fx) { n.core.on_drain(fx); })) == std::vector<std::uint64_t>{1});
  CHECK(told(n.step([&](auto& fx) { n.core.on_drain(fx); })).empty());
  n.disconnected();
  n.pass(50);
  n.connected();
  CHECK(told(n.take(n.answer())) == std::vector<std::uint64_t>{1});
}

TEST_CASE("a node that drains without a link says so on the next one") {
  joining_node n;
  CHECK_FALSE(has<send_link_message>(n.step([&](auto& fx) { n.core.on_drain(fx); })));
  CHECK(std::holds_alternative<drain>(the<send_link_message>(n.take(n.answer())).content));
}
