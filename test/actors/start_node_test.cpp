#include "actors/start_node.hpp"

#include "persistence/codec.hpp"
#include "persistence/keys.hpp"
#include "test/persistence/damage.hpp"
#include "test/persistence/store_places.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace evenkeel::test {

namespace {

const record::identity owner{{1, 2}, "k3", 5, 6};

/// The directory of a node that has given a ticket.
void fill(leveldb_place& place) {
  record::open_job job;
  job.sequence = 17;
  REQUIRE(opened(place)
              ->commit(persistence::encode(std::vector{record::put(owner), record::put(job)}), true)
              .ok());
}

/// What a node says that does not start; empty: it would.
std::string refusal(const leveldb_place& place) {
  node_options options;
  options.name = "a";
  options.data_directory = place.directory();
  try {
    recover_node(options);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a node that has lost its identity does not start as a new one") {
  leveldb_place place;
  fill(place);
  const auto identity = persistence::encode_key(record::key_of(owner));
  std::string why;
  SUBCASE("gone") {
    place.erase_behind(identity);
    why = "holds a ledger that has lost its identity: restore the directory";
  }
  SUBCASE("damaged") {
    place.put_behind(identity, "garbage");
    why = "without it no ticket of this ledger can be vouched for: restore the data directory";
  }
  for (int start = 0; start < 2; ++start) // the first one has put nothing in its place
    CHECK(contains(refusal(place), why));
}

TEST_CASE("a node whose newest log is gone, with its identity in it, does not start as a new one") {
  leveldb_place place;
  fill(place);
  std::filesystem::remove(log_in(place.directory()));
  CHECK(contains(refusal(place), "its newest log is missing"));
  CHECK(contains(refusal(place), "evenkeel check --data " + place.directory()));
}

TEST_CASE("a node starts on its own directory, and on none") {
  leveldb_place place;
  CHECK(refusal(place).empty());
  CHECK(refusal(place).empty());
}

} // namespace evenkeel::test
