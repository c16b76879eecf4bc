#include "messages/time_text.hpp"

#include <doctest/doctest.h>

#include <limits>

using evenkeel::rfc3339_utc;

TEST_CASE("a time prints in UTC with milliseconds") {
  CHECK(rfc3339_utc(1'795'461'387'123) == "2026-11-23T19:16:27.123Z");
}

TEST_CASE("the epoch prints with all digits") {
  CHECK(rfc3339_utc(0) == "1970-01-01T00:00:00.000Z");
  CHECK(rfc3339_utc(7) == "1970-01-01T00:00:00.007Z");
}

TEST_CASE("a time before the epoch rounds towards the past") {
  CHECK(rfc3339_utc(-1) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("a leap day exists in 2000 and 2028 and not in 2100") {
  CHECK(rfc3339_utc(951'782'400'000) == "2000-02-29T00:00:00.000Z");
  CHECK(rfc3339_utc(1'835'395'200'000) == "2028-02-29T00:00:00.000Z");
  CHECK(rfc3339_utc(4'107'542'400'000) == "2100-03-01T00:00:00.000Z");
}

TEST_CASE("a time outside of what RFC 3339 can write prints as the nearest one inside") {
  CHECK(rfc3339_utc(std::numeric_limits<std::int64_t>::max()) == "9999-12-31T23:59:59.999Z");
  CHECK(rfc3339_utc(std::numeric_limits<std::int64_t>::min()) == "0000-01-01T00:00:00.000Z");
}
