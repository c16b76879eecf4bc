#include "persistence/batch_numbers.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace evenkeel::persistence;

namespace {

/// A store reduced to its number entries.
struct number_entries {
  std::map<std::string, std::string> entries;

  void apply(const write_batch& batch) {
    batch.for_each([&](auto key, auto value) { entries[std::string(key)] = value; },
                   [&](auto key) { entries.erase(std::string(key)); });
  }
  /// Synced batches one after the other; the one with number `lost` never reaches the disk.
  void sync(batch_numbers& numbers, int count, std::uint64_t lost = 0) {
    for (int i = 0; i < count; ++i) {
      write_batch batch;
      numbers.stamp(batch);
      if (numbers.last() != lost)
        apply(batch);
    }
  }
  std::vector<number_range> start(batch_numbers& numbers, std::uint64_t kept) {
    for (const auto& [key, value] : entries)
      numbers.found(key, value);
    write_batch clean_up;
    auto gaps = numbers.finish(kept, 0, clean_up);
    if (!clean_up.empty()) {
      numbers.stamp(clean_up);
      apply(clean_up);
    }
    return gaps;
  }
};

} // namespace

TEST_CASE("numbers go on where they were at the last start") {
  number_entries disk;
  for (const std::uint64_t expected : {10, 20, 30}) {
    batch_numbers numbers;
    CHECK(disk.start(numbers, 64).empty());
    disk.sync(numbers, 10);
    CHECK(numbers.last() == expected);
  }
}

TEST_CASE("only the last numbers are kept, and pruned ones are no gap") {
  number_entries disk;
  batch_numbers numbers;
  CHECK(disk.start(numbers, 8).empty());
  disk.sync(numbers, 100);
  CHECK(disk.entries.size() == 8);
  batch_numbers again;
  CHECK(disk.start(again, 8).empty());
}

TEST_CASE("keeping fewer numbers prunes the rest at start, keeping more is no gap") {
  number_entries disk;
  batch_numbers numbers;
  CHECK(disk.start(numbers, 16).empty());
  disk.sync(numbers, 100);
  batch_numbers fewer;
  CHECK(disk.start(fewer, 4).empty());
  CHECK(disk.entries.size() == 4);
  batch_numbers more;
  CHECK(disk.start(more, 64).empty());
}

TEST_CASE("each lost batch that is kept by number is reported, once") {
  for (std::uint64_t lost = 93; lost < 100; ++lost) {
    number_entries disk;
    batch_numbers numbers;
    CHECK(disk.start(numbers, 8).empty());
    disk.sync(numbers, 100, lost);
    batch_numbers again;
    CHECK(disk.start(again, 8) == std::vector<number_range>{{lost, lost}});
    CHECK(again.last() == 101);
    disk.sync(again, 3);
    batch_numbers third;
    CHECK(disk.start(third, 8).empty());
  }
}

TEST_CASE("what a lost batch should have pruned is pruned later") {
  number_entries disk;
  batch_numbers numbers;
  CHECK(disk.start(numbers, 8).empty());
  disk.sync(numbers, 100, 50);
  CHECK(disk.entries.size() == 9);
  batch_numbers again;
  CHECK(disk.start(again, 8).empty());
  CHECK(disk.entries.size() == 8);
}

TEST_CASE("gaps read well in messages") {
  CHECK(to_text({{17, 17}}) == "17");
  CHECK(to_text({{17, 17}, {19, 21}, {40, 40}}) == "17, 19-21 and 40");
}

TEST_CASE("missing batches are one or many") {
  CHECK(missing_text({{8273, 8273}})
        == "synced batch 8273 is missing: acknowledged changes are lost");
  CHECK(missing_text({{8273, 8274}})
        == "synced batches 8273-8274 are missing: acknowledged changes are lost");
}
