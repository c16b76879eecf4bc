#include "persistence/log_scan.hpp"

#include "test/persistence/damage.hpp"
#include "test/persistence/store_places.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace evenkeel::persistence;
using namespace evenkeel::test;
using nature = log_stretch::nature;
using stretches = std::vector<log_stretch>;

constexpr std::size_t block = 32768;

/// A log of LevelDB's own making with ten commits of `size` bytes.
std::string written_log(std::size_t size) {
  leveldb_place place;
  const auto store = opened(place);
  for (int i = 0; i < 10; ++i)
    REQUIRE(store->commit(put("a" + std::to_string(i), std::string(size, 'x')), false).ok());
  return content_of(log_in(place.directory()));
}

} // namespace

TEST_CASE("a log as LevelDB writes it has no odd stretch") {
  CHECK(scan_log("").empty());
  for (const auto size : {std::size_t{100}, std::size_t{20'000}, std::size_t{100'000}})
    CHECK(scan_log(written_log(size)).empty());
}

TEST_CASE("a log cut at any byte is torn at its last batch, or whole") {
  const auto log = written_log(5'000);
  for (std::size_t length = 0; length <= log.size(); length += 37) {
    const auto found = scan_log(std::string_view(log).substr(0, length));
    CHECK(found.size() <= 1);
    for (const auto& stretch : found) {
      CHECK(stretch.what == nature::torn_end);
      CHECK(stretch.offset + stretch.bytes == length);
    }
  }
}

TEST_CASE("zeros at the end of a log are told from zeros within it") {
  auto log = written_log(20'000);
  const auto end = log.size();
  log.resize(end + 3 * block);
  CHECK(scan_log(log) == stretches{{nature::zeroed_end, end, 3 * block}});
  log = written_log(20'000);
  log.replace(block, block, block, '\0');
  const auto found = scan_log(log);
  REQUIRE(found.size() == 1);
  CHECK(found.front() == log_stretch{nature::zeroed, block, block});
}

TEST_CASE("damage within a block hides the rest of that block") {
  auto log = written_log(20'000);
  log[block + 10'000] ^= 1;
  const auto found = scan_log(log);
  REQUIRE(found.size() == 1);
  CHECK(found.front().what == nature::damaged);
  CHECK(found.front().offset + found.front().bytes == 2 * block);
}

TEST_CASE("a length that leads beyond the end is damage when whole fragments follow") {
  auto log = written_log(100);
  log[5] = '\x7f';
  CHECK(scan_log(log) == stretches{{nature::damaged, 0, log.size()}});
}
