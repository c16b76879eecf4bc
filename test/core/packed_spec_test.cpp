#include "actors/core/packed_spec.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace evenkeel;
using core::packed_spec;

TEST_CASE("a packed spec comes back with every field") {
  const job_spec spec{job_kind::function, true, true, 1500, "resize", std::string("a\0b\n", 4)};
  packed_spec packed{spec};
  REQUIRE(packed);
  CHECK(packed.unpack() == spec);
  CHECK(packed.kind() == job_kind::function);
  CHECK(packed.once());
  CHECK(packed.text() == "resize");
  CHECK(packed.size() == size_of(spec));
  const auto moved = std::move(packed);
  CHECK(moved.unpack() == spec);
  CHECK_FALSE(packed); // NOLINT: moved from means empty here
}

TEST_CASE("a packed spec may be empty, and so may its texts") {
  CHECK_FALSE(packed_spec{});
  const job_spec spec{job_kind::sleep, false, false, 7, "", ""};
  CHECK(packed_spec{spec}.unpack() == spec);
}
