#include "persistence/memory_store.hpp"

#include "test/persistence/store_places.hpp"

#include <doctest/doctest.h>

namespace {

using namespace evenkeel::persistence;
using namespace evenkeel::test;

/// The keys "a".."z" that a reader of the disk would find, as one word.
std::string letters_on(memory_disk& disk) {
  std::string letters;
  for (const auto& [key, value] : disk.contents())
    if (key.size() == 1 && key >= "a" && key <= "z")
      letters += key;
  return letters;
}

void commit(store& to, const std::string& letter, bool sync) {
  REQUIRE(to.commit(put(letter, "x"), sync).ok());
}

} // namespace

TEST_CASE("a power cut takes what was committed after the last synced batch") {
  memory_place place;
  {
    const auto store = opened(place);
    commit(*store, "a", false);
    commit(*store, "b", true);
    commit(*store, "c", false);
    commit(*store, "d", false);
  }
  CHECK(letters_on(place.disk()) == "abcd");
  place.disk().lose_unsynced();
  CHECK(letters_on(place.disk()) == "ab");
  CHECK(place.open().report.warnings.empty());
}

TEST_CASE("a power cut may leave any number of unsynced commits, the oldest first") {
  for (const auto& [keep, left] : {std::pair{0, "a"}, {1, "ab"}, {2, "abc"}, {9, "abc"}}) {
    memory_place place;
    {
      const auto store = opened(place);
      commit(*store, "a", true);
      commit(*store, "b", false);
      commit(*store, "c", false);
    }
    place.disk().lose_unsynced(static_cast<std::size_t>(keep));
    CHECK(letters_on(place.disk()) == left);
  }
}

TEST_CASE("what is there when the store is opened is durable from then on") {
  memory_place place;
  commit(*opened(place), "a", false);
  commit(*opened(place), "b", false);
  place.disk().lose_unsynced();
  CHECK(letters_on(place.disk()) == "a");
}

TEST_CASE("a synced batch in a new log does not save unsynced ones in the old log") {
  memory_place place;
  {
    const auto store = opened(place);
    commit(*store, "a", false);
    place.disk().rotate_log();
    commit(*store, "b", true);
    commit(*store, "c", false);
  }
  CHECK(place.disk().durable().contains("b"));
  place.disk().lose_unsynced();
  CHECK(letters_on(place.disk()) == "b");
}

TEST_CASE("commits that survive a power cut keep their order across logs") {
  memory_place place;
  {
    const auto store = opened(place);
    REQUIRE(store->commit(put("a", "old"), false).ok());
    place.disk().rotate_log();
    REQUIRE(store->commit(put("a", "new"), true).ok());
  }
  place.disk().lose_unsynced(1);
  CHECK(place.disk().contents().at("a") == "new");
}

TEST_CASE("the log before the previous one is in a table and safe") {
  memory_place place;
  {
    const auto store = opened(place);
    commit(*store, "a", false);
    place.disk().rotate_log();
    commit(*store, "b", false);
    place.disk().rotate_log();
  }
  place.disk().lose_unsynced();
  CHECK(letters_on(place.disk()) == "a");
}

TEST_CASE("a write that was told to fail leaves nothing behind") {
  memory_place place;
  {
    const auto store = opened(place);
    place.disk().fail_next_write(store_error::unusable);
    CHECK(store->commit(put("a", "x"), true).code == store_error::unusable);
  }
  CHECK(letters_on(place.disk()).empty());
}

TEST_CASE("the room left on a memory disk is what the test says") {
  memory_place place;
  place.disk().set_free_bytes(12);
  CHECK(opened(place)->free_bytes() == 12);
}
