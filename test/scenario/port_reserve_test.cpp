// Ports for processes that are started again.
#include "scenario/port_reserve.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace evenkeel::scenario;

TEST_CASE("reserves that live at the same time share no port") {
  constexpr int each = 200;
  port_reserve first;
  port_reserve second;
  std::set<std::uint16_t> ports;
  for (int i = 0; i < each; ++i) {
    ports.insert(first.take());
    ports.insert(second.take());
  }
  CHECK(ports.size() == 2 * each);
  CHECK(*ports.begin() >= 20'000);
  CHECK(*ports.rbegin() <= 32'000);
}
