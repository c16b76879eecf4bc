#include "actors/core/membership.hpp"

#include "messages/ticket.hpp"
#include "test/core/membership_fixture.hpp"

#include <doctest/doctest.h>

using namespace evenkeel;
using namespace evenkeel::membership_fixture;

// -- epochs ---------------------------------------------------------------------------------------

TEST_CASE("R1: every start takes the next epoch and fsyncs it before anything is said") {
  membership core{{}, nonce};
  core.recover(record::proxy_identity{41, true});
  membership_effects fx;
  core.on_start({}, fx);
  CHECK(fx.needed == durability::synced);
  CHECK(fx.changes == std::vector{record::put(record::proxy_identity{42, true})});
  CHECK_FALSE(the<epoch_begun>(fx).wiped);
  CHECK(the<epoch_begun>(fx).current == epoch{42, nonce});
  CHECK(core.current_epoch() == epoch{42, nonce});
}

TEST_CASE("a proxy whose disk was empty counts as wiped until it has stood for a whole grace") {
  instant now;
  std::vector<record::change> changes;
  for (int start = 0; start < 2; ++start) { // the second one finds an epoch, and is no wiser
    membership core{{}, nonce};
    for (const auto& change : changes)
      core.recover(*change.content);
    membership_effects fx;
    core.on_start(now, fx);
    CHECK(the<epoch_begun>(fx).wiped);
    changes = fx.changes;
    for (int i = 0; start == 1 && i <= 200; ++i) {
      now.steady_us += 50 * us_per_ms;
      membership_effects later;
      core.on_tick(now, later);
      changes.insert(changes.end(), later.changes.begin(), later.changes.end());
    }
  }
  REQUIRE(changes.size() == 2);
  CHECK(changes.back() == record::put(record::proxy_identity{2, true}));
}

TEST_CASE("a join before the start is refused for now") {
  membership core{{}, nonce};
  membership_effects fx;
  core.on_join(1, join_of(ledger_a, "a"), {}, fx);
  CHECK(refused_for(fx) == refusal_reason::starting);
}

TEST_CASE("R1: a join that names a higher epoch makes the proxy start above it") {
  proxy p;
  const auto a = join_of(ledger_a, "a");
  p.on_join(1, a);
  auto b = join_of(ledger_b, "b");
  b.highest_epoch = 7;
  const auto fx = p.on_join(2, b);
  CHECK(fx.needed == durability::synced);
  CHECK(fx.changes.front() == record::put(record::proxy_identity{8}));
  CHECK(the<node_down>(fx) == node_down{ledger_a, a.link, false});
  const auto told = the<send_refusal>(fx);
  CHECK(told.channel == 1);
  CHECK(told.content.reason == refusal_reason::starting);
  CHECK(told.content.link == a.link);
  CHECK(the<epoch_begun>(fx).current == epoch{8, nonce});
  CHECK(the<send_welcome>(fx).content.proxy == epoch{8, nonce});
  CHECK(place_of<node_down>(fx) < place_of<epoch_begun>(fx));
  CHECK(place_of<epoch_begun>(fx) < place_of<node_up>(fx));
  CHECK_FALSE(p.report(1, a));
}

TEST_CASE(
    "R1: an epoch as high as ours that another proxy gave is no reason to repeat its fences") {
  proxy p;
  auto a = join_of(ledger_a, "a");
  a.highest_epoch = 1; // of the proxy before its disk was wiped
  CHECK(the<epoch_begun>(p.on_join(1, a)).current.counter == 2);
  a.highest_epoch = 2; // ours
  a.link = 2;
  CHECK(all<epoch_begun>(p.on_join(1, a)).empty());
}

// -- joins ----------------------------------------------------------------------------------------

TEST_CASE("a join is answered with the settings, a confirmed code and a node that is up") {
  membership_settings settings;
  settings.cluster.heartbeat_ms = 123;
  proxy p{settings};
  const auto a = join_of(ledger_a, "a");
  const auto fx = p.on_join(1, a);
  const auto code = ledger_code(ledger_a.high, ledger_a.low, 0);
  CHECK(the<send_welcome>(fx).content
        == welcome{p.core.current_epoch(), a.process, a.link, code, settings.cluster});
  CHECK(the<node_up>(fx) == node_up{ledger_a, a.link, a.process, 4, code, "a", a.address, {"add"}});
  CHECK(place_of<send_welcome>(fx) < place_of<node_up>(fx));
  CHECK(p.core.live_nodes() == 1);
}

TEST_CASE(
    "R5: a member's record is fsynced when its code is new, written otherwise, kept if equal") {
  proxy p;
  auto a = join_of(ledger_a, "a");
  auto fx = p.on_join(1, a);
  CHECK(fx.needed == durability::synced);
  CHECK(fx.changes.size() == 1);
  a.link = 2;
  fx = p.on_join(1, a);
  CHECK(fx.changes.empty());
  p.core.on_channel_down(1, p.now, fx);
  a.process = {4, 1};
  fx = p.on_join(2, a);
  CHECK(fx.needed == durability::written);
  CHECK(fx.changes.size() == 1);
}

TEST_CASE("R5: two ledgers never get one code, and a ledger keeps the code it has") {
  const auto first_choice = ledger_code(ledger_a.high, ledger_a.low, 0);
  proxy p{{}, {record::member{ledger_b, first_choice, "b", {1, 1}, 1, ""}}};
  auto a = join_of(ledger_a, "a");
  const auto code = the<send_welcome>(p.on_join(1, a)).content.code;
  CHECK(code == ledger_code(ledger_a.high, ledger_a.low, 1));
  a.link = 2; // the welcome was lost, so it still knows none
  CHECK(the<send_welcome>(p.on_join(1, a)).content.code == code);
  a.link = 3;
  a.code = first_choice;
  CHECK(refused_for(p.on_join(1, a)) == refusal_reason::code_conflict);
}

TEST_CASE("R5: a ledger whose tickets carry a free code keeps it with a proxy that lost its disk") {
  proxy p;
  auto a = join_of(ledger_a, "a");
  a.code = "k7m2q";
  CHECK(the<node_up>(p.on_join(1, a)).code == "k7m2q");
}

TEST_CASE("R5: an incarnation that is not above the last one seen is refused") {
  proxy p{{}, {record::member{ledger_a, "k7m2q", "a", {3, 99}, 1, ""}}};
  auto a = join_of(ledger_a, "a");
  a.process = {2, 5};
  CHECK(refused_for(p.on_join(1, a)) == refusal_reason::stale_incarnation);
  a.process = {3, 5}; // as high, under another nonce
  CHECK(refused_for(p.on_join(1, a)) == refusal_reason::stale_incarnation);
  a.process = {3, 99};
  CHECK(all<node_up>(p.on_join(1, a)).size() == 1);
}

TEST_CASE("R5: a name that another live ledger has is refused, a dead one's is free") {
  proxy p;
  const auto a = join_of(ledger_a, "same");
  p.on_join(1, a);
  CHECK(refused_for(p.on_join(2, join_of(ledger_b, "same"))) == refusal_reason::duplicate_name);
  membership_effects down;
  p.core.on_channel_down(1, p.now, down);
  CHECK(the<node_down>(down) == node_down{ledger_a, a.link, false});
  CHECK(all<node_up>(p.on_join(2, join_of(ledger_b, "same"))).size() == 1);
}

TEST_CASE("a name is in use while its node is live, but for who has the same address") {
  proxy p;
  const auto a = join_of(ledger_a, "a");
  CHECK_FALSE(p.core.has_live_elsewhere("a", "10.0.0.9:1"));
  p.on_join(1, a);
  CHECK(p.core.has_live_elsewhere("a", "10.0.0.9:1"));
  CHECK_FALSE(p.core.has_live_elsewhere("a", a.address));
  membership_effects down;
  p.core.on_channel_down(1, p.now, down);
  CHECK_FALSE(p.core.has_live_elsewhere("a", "10.0.0.9:1"));
}

TEST_CASE("a full cluster refuses one node more but lets its own nodes come back") {
  membership_settings settings;
  settings.max_nodes = 1;
  proxy p{settings};
  p.on_join(1, join_of(ledger_a, "a"));
  const auto fx = p.on_join(2, join_of(ledger_b, "b"));
  CHECK(refused_for(fx) == refusal_reason::cluster_full);
  CHECK(the<send_refusal>(fx).content.retry_ms == 5000);
  CHECK(all<node_up>(p.on_join(3, join_of(ledger_a, "a", 2))).size() == 1);
}

TEST_CASE("a join of another protocol version is refused with both versions in the text") {
  proxy p;
  auto a = join_of(ledger_a, "a");
  a.protocol = 9;
  a.highest_epoch = 50; // not even looked at
  const auto fx = p.on_join(1, a);
  CHECK(refused_for(fx) == refusal_reason::protocol_version);
  CHECK(the<send_refusal>(fx).content.text
        == "the proxy speaks version 4 of the link protocol, the node version 9");
}

TEST_CASE("a malformed join is refused") {
  proxy p;
  auto a = join_of(ledger_a, "a");
  SUBCASE("no slots") {
    a.slots = 0;
  }
  SUBCASE("too many slots") {
    a.slots = 100'001;
  }
  SUBCASE("no name") {
    a.name.clear();
  }
  SUBCASE("a long name") {
    a.name.assign(65, 'x');
  }
  SUBCASE("a name that would break a list") {
    a.name = "a\tb";
  }
  SUBCASE("no code") {
    a.code = "?";
  }
  SUBCASE("no link number") {
    a.link = 0;
  }
  SUBCASE("no ledger") {
    a.ledger = {};
  }
  SUBCASE("an epoch with none above it") {
    a.highest_epoch = ~std::uint64_t{0};
  }
  CHECK(refused_for(p.on_join(1, a)) == refusal_reason::protocol_version);
}

TEST_CASE("a refusal that repeats itself is logged at debug") {
  proxy p;
  p.on_join(1, join_of(ledger_a, "same"));
  CHECK(the<note>(p.on_join(2, join_of(ledger_b, "same"))).severity == note::level::warning);
  CHECK(the<note>(p.on_join(2, join_of(ledger_b, "same", 2))).severity == note::level::debug);
}

TEST_CASE(
    "R5: a copy of a directory is refused while the node that it was copied from is connected") {
  proxy p;
  const auto a = join_of(ledger_a, "a");
  p.on_join(1, a);
  auto copy = a;
  copy.process = {a.process.counter + 1, 99};
  copy.link = a.link + 100;
  copy.name = "copy";
  CHECK(refused_for(p.on_join(2, copy)) == refusal_reason::stale_incarnation);
  CHECK(p.report(1, a));
  membership_effects fx;
  p.core.on_channel_down(1, p.now, fx);
  the<send_welcome>(p.on_join(2, copy)); // a restart, for all that anyone can know
}
