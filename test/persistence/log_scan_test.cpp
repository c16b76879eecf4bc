#include "persistence/log_scan.hpp"

#include "persistence/log_salvage.hpp"
#include "test/persistence/damage.hpp"
#include "test/persistence/store_places.hpp"

#include <doctest/doctest.h>

#include <random>
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
  const auto log = log_in(place.directory());
  return content_of(log).substr(0, written_bytes(log));
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

TEST_CASE(
    "rubbish at the end of a log is a torn batch if its length leads out, and damage if not") {
  const auto log = written_log(100);
  std::string rubbish(300, '\x5a');
  CHECK(scan_log(log + rubbish) == stretches{{nature::torn_end, log.size(), rubbish.size()}});
  rubbish[4] = '\x10'; // the length
  rubbish[5] = '\0';
  CHECK(scan_log(log + rubbish) == stretches{{nature::damaged, log.size(), rubbish.size()}});
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

TEST_CASE("a zeroed header in front of what was written is damage, not the end") {
  auto log = written_log(100);
  const auto whole = scan_log(log);
  REQUIRE(whole.empty());
  log.replace(0, 7, 7, '\0'); // LevelDB drops all that follows in the block without a word
  const auto found = scan_log(log);
  REQUIRE(found.size() == 1);
  CHECK(found.front() == log_stretch{nature::damaged, 0, log.size()});
  CHECK_FALSE(is_normal(found.front().what));
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

TEST_CASE("a salvaged log that was whole is the same log") {
  for (const auto size : {std::size_t{1}, std::size_t{100}, std::size_t{20'000},
                          std::size_t{32'700}, std::size_t{100'000}}) {
    const auto log = written_log(size);
    CHECK(salvage_log(log) == log);
  }
}

TEST_CASE("a salvaged log lacks only the batches that were hit") {
  const auto whole = written_log(1'000); // no batch crosses the end of a block
  const auto batch = whole.size() / 10;
  for (std::size_t hit = 300; hit < whole.size(); hit += 991) {
    auto log = whole;
    log[hit] ^= 1;
    const auto saved = salvage_log(log);
    CHECK(scan_log(saved).empty());
    const auto lost = whole.size() - saved.size();
    CHECK(lost < 2 * batch);
  }
}

TEST_CASE("a wrong length costs no more than its own batch") {
  const auto whole = written_log(7'000);
  for (std::size_t hit = 0; hit < block;) {
    const auto next = hit + fragment_bytes(whole, hit);
    for (const auto* length : {"\x01\x01", "\xff\x7f", "\xff\xff", "\x90\x1b"}) {
      auto log = whole;
      log.replace(hit + 4, 2, length);
      if (log == whole)
        continue;
      const auto saved = salvage_log(log);
      CHECK(scan_log(saved).empty());
      CHECK(whole.size() - saved.size() < 7'200);
    }
    hit = block - next < 7 ? block : next;
  }
}

TEST_CASE("a whole record within what a client wrote is not taken for one of the log") {
  leveldb_place place;
  const auto inner = written_log(100).substr(0, 150);
  {
    const auto store = opened(place);
    REQUIRE(store->commit(put("a", inner + "and more"), false).ok());
    REQUIRE(store->commit(put("b", "x"), false).ok());
  }
  const auto whole = content_of(log_in(place.directory()));
  auto log = whole;
  log.replace(fragment_bytes(whole, 0) + 4, 2, "\xff\x01");
  CHECK(salvage_log(log).find("and more") == std::string::npos);
  CHECK(salvage_log(log).size() == whole.size() - fragment_bytes(whole, fragment_bytes(whole, 0)));
}

TEST_CASE("what is salvaged from any damage is a log without damage") {
  std::mt19937 luck(5);
  const auto whole = written_log(7'000);
  for (int i = 0; i < 200; ++i) {
    auto log = whole;
    for (auto hits = 1 + luck() % 5; hits > 0; --hits)
      log[luck() % log.size()] = static_cast<char>(luck());
    if (luck() % 2 == 0)
      log.resize(luck() % log.size());
    const auto saved = salvage_log(log);
    CHECK(scan_log(saved).empty());
    CHECK(saved.size() <= whole.size());
  }
}
