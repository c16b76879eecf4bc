// The directory of a host: one process's at a time.
#include "persistence/directory_claim.hpp"

#include "test/persistence/store_places.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace evenkeel::persistence;
using namespace evenkeel::test;

TEST_CASE("a claimed directory is made, and free again when the claim has gone") {
  const scratch_directory scratch;
  const auto path = scratch.path("some/where");
  {
    const auto first = claim_directory(path);
    REQUIRE(first.state.ok());
    CHECK(std::filesystem::is_directory(path));
    const auto second = claim_directory(path);
    CHECK(second.state.code == store_error::in_use);
    CHECK(second.held == nullptr);
  }
  CHECK(claim_directory(path).state.ok());
}

TEST_CASE("a directory that is no directory, or a store, is not claimed") {
  const scratch_directory scratch;
  std::ofstream{scratch.path("file")} << "bytes";
  CHECK(claim_directory(scratch.path("file")).state.code == store_error::unusable);
  const leveldb_place place;
  REQUIRE(open_leveldb_store(place.directory()).state.ok());
  CHECK(claim_directory(place.directory()).state.code == store_error::foreign);
}
