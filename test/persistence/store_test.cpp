#include "persistence/store.hpp"

#include "persistence/format.hpp"
#include "persistence/frame.hpp"
#include "persistence/keys.hpp"
#include "test/persistence/store_places.hpp"

#include <doctest/doctest.h>

#include <vector>

#define EVERY_PLACE evenkeel::test::leveldb_place, evenkeel::test::memory_place

namespace {

using namespace evenkeel::persistence;
using namespace evenkeel::test;
using strings = std::vector<std::string>;

std::optional<std::string> value_of(store& from, std::string_view key) {
  auto got = from.get(key);
  REQUIRE(got.state.ok());
  return got.value;
}

strings keys_with(store& from, std::string_view prefix) {
  strings keys;
  const auto scanned = from.scan(prefix, [&](auto key, auto) {
    keys.emplace_back(key);
    return true;
  });
  REQUIRE(scanned.ok());
  return keys;
}

std::string number_key(std::uint64_t number) {
  std::string key(format::number_prefix);
  append_big_endian(key, number);
  return key;
}

} // namespace

TEST_CASE_TEMPLATE("what was committed is there after opening again", Place, EVERY_PLACE) {
  Place place;
  {
    const auto store = opened(place);
    REQUIRE(store->commit(put("a", "1"), true).ok());
    REQUIRE(store->commit(put("b", "2"), false).ok());
    REQUIRE(store->commit(erase("a"), false).ok());
  }
  const auto store = opened(place);
  CHECK(value_of(*store, "a") == std::nullopt);
  CHECK(value_of(*store, "b") == "2");
}

TEST_CASE_TEMPLATE("within a batch the later operation wins", Place, EVERY_PLACE) {
  Place place;
  const auto store = opened(place);
  auto batch = put("a", "1");
  batch.put("a", "2");
  batch.put("b", "3");
  batch.erase("b");
  batch.erase("c");
  batch.put("c", "4");
  REQUIRE(store->commit(std::move(batch), false).ok());
  CHECK(value_of(*store, "a") == "2");
  CHECK(value_of(*store, "b") == std::nullopt);
  CHECK(value_of(*store, "c") == "4");
}

TEST_CASE_TEMPLATE("keys and values are any bytes", Place, EVERY_PLACE) {
  Place place;
  const auto store = opened(place);
  const std::string key("a\0\xff", 3);
  const std::string value("\0\n\xff", 3);
  REQUIRE(store->commit(put(key, value), true).ok());
  REQUIRE(store->commit(put("a", ""), true).ok());
  CHECK(value_of(*store, key) == value);
  CHECK(value_of(*store, "a") == "");
}

TEST_CASE_TEMPLATE("a scan goes through one prefix in the order of bytes", Place, EVERY_PLACE) {
  Place place;
  const auto store = opened(place);
  for (const auto* key : {"b\xff", "c", "b\x01", "b", "a", "b\x7f"})
    REQUIRE(store->commit(put(key, "x"), false).ok());
  CHECK(keys_with(*store, "b") == strings{"b", "b\x01", "b\x7f", "b\xff"});
  CHECK(keys_with(*store, "d").empty());
  const auto all = keys_with(*store, "");
  CHECK(std::is_sorted(all.begin(), all.end()));
  CHECK(all.size() == 6 + 2); // the format entry and the number of the batch that wrote it
}

TEST_CASE_TEMPLATE("a scan stops when told to", Place, EVERY_PLACE) {
  Place place;
  const auto store = opened(place);
  for (const auto* key : {"a", "b", "c"})
    REQUIRE(store->commit(put(key, "x"), false).ok());
  int seen = 0;
  REQUIRE(store
              ->scan("",
                     [&](auto key, auto) {
                       ++seen;
                       return key != "a";
                     })
              .ok());
  CHECK(seen == 3); // "F" and "N..." come before
}

TEST_CASE_TEMPLATE("a scan sees the store as it was when it began", Place, EVERY_PLACE) {
  Place place;
  const auto store = opened(place);
  REQUIRE(store->commit(put("a", "x"), false).ok());
  int seen = 0;
  REQUIRE(store
              ->scan("a",
                     [&](auto, auto) {
                       ++seen;
                       return store->commit(put("a" + std::to_string(seen), "x"), false).ok();
                     })
              .ok());
  CHECK(seen == 1);
}

TEST_CASE_TEMPLATE("after a failed write the store refuses everything", Place, EVERY_PLACE) {
  Place place;
  {
    const auto store = opened(place);
    REQUIRE(store->commit(put("a", "1"), true).ok());
    const auto failed = place.commit_failing(*store, put("a", "2"));
    CHECK(failed.code == store_error::io);
    CHECK_FALSE(failed.text.empty());
    const auto later = store->commit(put("b", "1"), false);
    CHECK(later.code == store_error::stopped);
    CHECK(later.text.find(failed.text) != std::string::npos);
    CHECK(store->get("a").state.code == store_error::stopped);
    CHECK(store->scan("", [](auto, auto) { return true; }).code == store_error::stopped);
  }
  const auto store = opened(place);
  CHECK(value_of(*store, "a") == "1");
  CHECK(value_of(*store, "b") == std::nullopt);
}

TEST_CASE_TEMPLATE("a store that is open cannot be opened again", Place, EVERY_PLACE) {
  Place place;
  auto first = opened(place);
  const auto second = place.open();
  CHECK(second.state.code == store_error::in_use);
  CHECK(second.opened == nullptr);
  REQUIRE(first->commit(put("a", "1"), true).ok());
  first.reset();
  CHECK(value_of(*opened(place), "a") == "1");
}

TEST_CASE_TEMPLATE("only the first opening creates the store", Place, EVERY_PLACE) {
  Place place;
  CHECK(place.open().report.created);
  const auto again = place.open();
  CHECK_FALSE(again.report.created);
  CHECK(again.report.warnings.empty());
}

TEST_CASE_TEMPLATE("a newer data format is refused by name", Place, EVERY_PLACE) {
  Place place;
  opened(place).reset();
  std::string newer;
  begin_frame(newer, format::shape::data_format);
  newer.append("\x02\0\0\0 and more", 13);
  end_frame(newer);
  place.put_behind("F", newer);
  const auto result = place.open();
  CHECK(result.state.code == store_error::newer_format);
  CHECK(result.state.text.find("data format version 2") != std::string::npos);
}

TEST_CASE_TEMPLATE("a damaged format entry is an error", Place, EVERY_PLACE) {
  Place place;
  opened(place).reset();
  place.put_behind("F", "garbage");
  CHECK(place.open().state.code == store_error::damaged);
}

TEST_CASE_TEMPLATE("a database of somebody else is left alone", Place, EVERY_PLACE) {
  Place place;
  if constexpr (std::is_same_v<Place, leveldb_place>)
    std::filesystem::create_directory(place.directory());
  place.put_behind("their key", "their value");
  CHECK(place.open().state.code == store_error::foreign);
}

TEST_CASE_TEMPLATE("a lost synced batch is damage, by number, and reported once when skipped",
                   Place, EVERY_PLACE) {
  Place place;
  {
    const auto store = opened(place); // batch 1
    for (int i = 0; i < 9; ++i)
      REQUIRE(store->commit(put("a", std::to_string(i)), true).ok());
  }
  for (const std::uint64_t lost : {4, 6, 7})
    place.erase_behind(number_key(lost));
  store_options skipping;
  skipping.skip_damaged_log = true;
  for (int start = 0; start < 2; ++start) {
    const auto refused = place.open();
    CHECK(refused.state.code == store_error::damaged);
    CHECK(refused.state.text.find("synced batches 4 and 6-7 are missing") != std::string::npos);
  }
  {
    const auto result = place.open(skipping);
    REQUIRE(result.state.ok());
    CHECK(result.report.missing_batches == std::vector<number_range>{{4, 4}, {6, 7}});
    REQUIRE(result.report.warnings.size() == 1);
    CHECK(result.report.warnings[0].find("synced batches 4 and 6-7 are missing")
          != std::string::npos);
  }
  const auto again = place.open();
  CHECK(again.state.ok());
  CHECK(again.report.warnings.empty());
}

TEST_CASE_TEMPLATE("the loss of all numbers is damage", Place, EVERY_PLACE) {
  Place place;
  opened(place).reset();
  place.erase_behind(number_key(1));
  CHECK(place.open().state.code == store_error::damaged);
}

TEST_CASE_TEMPLATE("numbers are pruned late and only synced batches have one", Place, EVERY_PLACE) {
  Place place;
  store_options options;
  options.kept_numbers = 4;
  const auto store = opened(place, options);
  for (int i = 0; i < 10; ++i) {
    REQUIRE(store->commit(put("a", "x"), true).ok());
    REQUIRE(store->commit(put("b", "x"), false).ok());
  }
  CHECK(keys_with(*store, format::number_prefix)
        == strings{number_key(8), number_key(9), number_key(10), number_key(11)});
}

TEST_CASE_TEMPLATE("an empty synced commit is a commit, an empty unsynced one nothing", Place,
                   EVERY_PLACE) {
  Place place;
  const auto store = opened(place);
  REQUIRE(store->commit({}, true).ok());
  REQUIRE(store->commit({}, false).ok());
  CHECK(keys_with(*store, format::number_prefix).size() == 2);
}

TEST_CASE_TEMPLATE("the store tells its size and the room that is left", Place, EVERY_PLACE) {
  Place place;
  const auto store = opened(place);
  const auto before = store->approximate_bytes();
  REQUIRE(store->commit(put("a", std::string(100'000, 'x')), false).ok());
  CHECK(store->approximate_bytes() >= before + 50'000);
  CHECK(store->free_bytes() > 0);
}
