#include "persistence/write_batch.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using evenkeel::persistence::write_batch;

namespace {

std::vector<std::string> operations_of(const write_batch& batch) {
  std::vector<std::string> all;
  batch.for_each(
      [&](auto key, auto value) {
        all.push_back("put " + std::string(key) + "=" + std::string(value));
      },
      [&](auto key) { all.push_back("erase " + std::string(key)); });
  return all;
}

} // namespace

TEST_CASE("a batch gives its operations back in order") {
  write_batch batch;
  CHECK(batch.empty());
  batch.put("a", "1");
  batch.erase("b");
  batch.put("", "");
  CHECK(batch.size() == 3);
  CHECK(operations_of(batch) == std::vector<std::string>{"put a=1", "erase b", "put ="});
}

TEST_CASE("appending joins two batches in order") {
  write_batch first;
  first.put("a", "1");
  write_batch second;
  second.erase("a");
  const auto bytes = first.bytes() + second.bytes();
  first.append(second);
  CHECK(first.size() == 2);
  CHECK(first.bytes() == bytes);
  CHECK(operations_of(first) == std::vector<std::string>{"put a=1", "erase a"});
}

TEST_CASE("a batch that was moved from or cleared can be used again") {
  write_batch batch;
  batch.put("a", "1");
  const auto moved = std::move(batch);
  CHECK(operations_of(moved) == std::vector<std::string>{"put a=1"});
  batch.clear(); // NOLINT(bugprone-use-after-move): that is the point
  CHECK(batch.empty());
  CHECK(operations_of(batch).empty());
}
