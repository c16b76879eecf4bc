#include "actors/core/byte_toll.hpp"

#include <doctest/doctest.h>

#include <string>

using evenkeel::core::byte_toll;

namespace {

constexpr std::int64_t second = 1'000'000;

} // namespace

TEST_CASE("without a rate nobody is read later") {
  byte_toll toll{0};
  CHECK_FALSE(toll.limits());
  CHECK(toll.take("ana", 1U << 30U, 0) == 0);
  CHECK(toll.size() == 0);
}

TEST_CASE("a second's worth is read at once, and what comes on top later") {
  byte_toll toll{1000};
  CHECK(toll.take("ana", 1000, 5 * second) == 0);
  CHECK(toll.take("ana", 500, 5 * second) == second / 2);
  CHECK(toll.take("ana", 500, 5 * second) == second);
  CHECK(toll.take("ana", 0, 6 * second) == 0);
}

TEST_CASE("over a long time a client gets its rate, whatever the sizes of its pieces") {
  byte_toll toll{10'000};
  std::int64_t now = 0;
  std::uint64_t read = 0;
  for (std::size_t piece = 1; now < 100 * second; piece = piece * 7 % 4096) {
    read += piece;
    now += static_cast<std::int64_t>(toll.take("ana", piece, now));
    now += 10; // and a little for the work
  }
  CHECK(read <= 101 * 10'000 + 4096); // a piece is read before it is paid for
  CHECK(read > 95 * 10'000);
}

TEST_CASE("a client that sends too much delays nobody else") {
  byte_toll toll{1000};
  CHECK(toll.take("ana", 100'000, 0) == 99 * second);
  CHECK(toll.take("bob", 1000, 0) == 0);
}

TEST_CASE("a pause is not saved up for longer than a second") {
  byte_toll toll{1000};
  toll.take("ana", 1000, 0);
  CHECK(toll.take("ana", 1500, 3600 * second) == second / 2);
}

TEST_CASE("who connects again is still remembered, and who was silent for a while is not") {
  byte_toll toll{1000};
  CHECK(toll.take("ana", 100'000, 0) == 99 * second);
  for (int i = 0; i < 10'000; ++i)
    toll.take("address " + std::to_string(i), 10, second + i);
  CHECK(toll.take("ana", 0, 2 * second) == 97 * second);
  for (int i = 0; i < 20'000; ++i)
    toll.take("later", 0, 300 * second);
  for (int i = 0; i < 30'000; ++i)
    toll.take("visitor " + std::to_string(i), 1, (301 + i) * second);
  CHECK(toll.size() < 200);
}
