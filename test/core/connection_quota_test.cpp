#include "actors/core/connection_quota.hpp"

#include <doctest/doctest.h>

using namespace evenkeel::core;

TEST_CASE("each client has its own number of connections, and gets one back when one ends") {
  connection_quota quota{2};
  CHECK(quota.enter("a"));
  CHECK(quota.enter("a"));
  CHECK_FALSE(quota.enter("a"));
  CHECK(quota.enter("b"));
  quota.leave("a");
  CHECK(quota.enter("a"));
  CHECK_FALSE(quota.enter("a"));
}

TEST_CASE("clients that are gone are not remembered") {
  connection_quota quota{1};
  for (const auto* who : {"a", "b", "c"}) {
    CHECK(quota.enter(who));
    CHECK_FALSE(quota.enter(who));
    quota.leave(who);
  }
  CHECK(quota.size() == 0);
}

TEST_CASE("without a limit all may enter") {
  connection_quota quota{0};
  for (int i = 0; i < 1000; ++i)
    CHECK(quota.enter("a"));
  CHECK(quota.size() == 1);
}
