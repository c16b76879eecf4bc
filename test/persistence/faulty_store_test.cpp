// The LevelDB store over a disk that fails and forgets (faulty_env.hpp).
#include "persistence/leveldb_store.hpp"
#include "test/persistence/damage.hpp"
#include "test/persistence/faulty_env.hpp"
#include "test/persistence/store_places.hpp"
#include "test/persistence/witness.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace evenkeel;
using namespace evenkeel::persistence;
using namespace evenkeel::test;

std::uint64_t first_seed() {
  const auto* wanted = std::getenv("EVENKEEL_SEED");
  return wanted == nullptr ? 1 : std::stoull(wanted);
}

std::uint64_t seeds(std::uint64_t usually) {
  return std::getenv("EVENKEEL_SEED") == nullptr ? usually : 1;
}

constexpr operation every_operation[] = {operation::append, operation::sync, operation::create,
                                         operation::rename, operation::sync_directory};

/// A life of the store up to its first failed write, or to its end.
void live(witness& all, std::mt19937_64& luck) {
  for (auto steps = luck() % 120; steps > 0; --steps) {
    if (all.commit(luck, luck() % 3 == 0).ok())
      continue;
    all.disk.heal();
    for (const bool sync : {true, false})
      CHECK(all.commit(luck, sync).code == store_error::stopped);
    return;
  }
}

/// Some operation is going to fail, or none is.
void plan_fault(faulty_env& disk, std::mt19937_64& luck) {
  if (luck() % 3 == 0)
    return;
  disk.fail(every_operation[luck() % std::size(every_operation)], 1 + luck() % 60,
            luck() % 2 == 0 ? fault::io_error : fault::no_space, luck() % 2 == 0);
}

/// Opens after a cut; a fault may hit that, too. Then it is done again without.
void reopen(witness& all) {
  auto state = all.open();
  if (!state.ok()) {
    CHECK(all.disk.failures() > 0);
    all.disk.cut_power();
    state = all.open();
  }
  INFO(state.text);
  REQUIRE(state.ok());
}

/// True if a cut took something of a log.
bool history(std::uint64_t seed, bool names_vanish) {
  CAPTURE(seed);
  std::mt19937_64 luck(seed);
  witness all(names_vanish);
  for (int life = 0; life < 4; ++life) {
    plan_fault(all.disk, luck);
    reopen(all);
    CHECK(all.missing_batches.empty());
    all.check();
    live(all, luck);
    all.close();
    if (luck() % 4 != 0)
      all.disk.cut_power(luck);
    else
      all.disk.heal(); // killed only
  }
  reopen(all);
  all.check();
  return all.disk.logs_hit() > 0;
}

/// Power fails, or the process is killed, at any change that is made to the disk, also while it
/// starts. No operation fails, so no start may be refused. True: as above.
bool sudden_ends(std::uint64_t seed, std::size_t log_bytes) {
  CAPTURE(seed);
  std::mt19937_64 luck(seed);
  witness all(seed % 2 == 0, log_bytes);
  for (int life = 0; life < 6; ++life) {
    all.disk.stop_at_change(1 + luck() % (luck() % 4 == 0 ? 30 : 500));
    const auto state = all.open();
    INFO(state.text);
    REQUIRE((state.ok() || all.disk.stopped()));
    if (state.ok() && !all.disk.stopped()) {
      all.check();
      for (auto steps = luck() % 150; steps > 0; --steps)
        if (!all.commit(luck, luck() % 3 == 0).ok())
          break;
    }
    all.close();
    if (luck() % 3 == 0)
      all.disk.heal();
    else
      all.disk.cut_power(luck);
    if (luck() % 3 == 0)
      std::filesystem::remove(all.directory() + "/SYNCED"); // it may lag behind
  }
  const auto state = all.open();
  INFO(state.text);
  REQUIRE(state.ok());
  all.check();
  return all.disk.logs_hit() > 0;
}

/// In so many of the seeds, the first of which is `from`, `life` says so.
template <class Life>
std::uint64_t count_seeds(std::uint64_t from, std::uint64_t usually, Life&& life) {
  std::uint64_t hits = 0;
  for (auto seed = from, end = seed + seeds(usually); seed < end; ++seed)
    hits += life(seed) ? 1 : 0;
  return hits;
}

} // namespace

TEST_CASE("random faults and power cuts break no promise") {
  const auto hit = count_seeds(first_seed(), 40, [](auto seed) { return history(seed, false); });
  CHECK((hit > 20 || seeds(2) == 1));
}

TEST_CASE("random faults and power cuts break no promise where unsynced names vanish") {
  const auto hit =
      count_seeds(first_seed() + 1000, 40, [](auto seed) { return history(seed, true); });
  CHECK((hit > 20 || seeds(2) == 1));
}

TEST_CASE("R13: no end of a process or of its power at any moment makes the next start refuse") {
  for (const auto log_bytes : {std::size_t{64} << 10U, std::size_t{16} << 20U}) {
    const auto hit = count_seeds(first_seed() + 5000, 60,
                                 [&](auto seed) { return sudden_ends(seed, log_bytes); });
    CHECK((hit > 30 || seeds(2) == 1));
  }
}

TEST_CASE("R13: power may fail at any change of the start after a kill") {
  for (std::uint64_t change = 1; change <= 60; ++change)
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      CAPTURE(change);
      CAPTURE(seed);
      std::mt19937_64 luck(seed);
      witness all(seed % 2 == 0, std::size_t{16} << 20U);
      REQUIRE(all.open().ok());
      for (int i = 0; i < 12; ++i)
        REQUIRE(all.commit(luck, i < 2, 6000).ok());
      all.kill();
      all.disk.stop_at_change(change);
      (void)all.open();
      all.close();
      all.disk.cut_power(luck);
      const auto state = all.open();
      INFO(state.text);
      REQUIRE(state.ok());
      all.check();
    }
}

TEST_CASE("a log that was begun since the last fsync of its directory keeps synced batches") {
  std::mt19937_64 luck(7);
  witness all(true);
  REQUIRE(all.open().ok());
  const auto logs_begun = all.disk.count(operation::create);
  while (all.disk.count(operation::create) == logs_begun)
    REQUIRE(all.commit(luck, true).ok());
  REQUIRE(all.commit(luck, true).ok());
  all.close();
  all.disk.cut_power();
  REQUIRE(all.open().ok());
  all.check();
}

TEST_CASE("a sync that is under way reaches the log that it began in, and the next one") {
  write_batch first;
  first.put("T0", "x");
  faulty_env disk(true);
  auto on = disk.environment();
  on.log_bytes = std::size_t{64} << 10U;
  const scratch_directory scratch;
  std::filesystem::create_directory(scratch.path("db"));
  {
    const auto opened = open_leveldb_store(scratch.path("db"), {}, on);
    REQUIRE(opened.state.ok());
    REQUIRE(opened.opened->begin_sync(std::move(first)).ok());
    for (const auto logs = disk.count(operation::create); disk.count(operation::create) == logs;) {
      write_batch other;
      other.put("U", std::string(5000, 'y'));
      REQUIRE(opened.opened->commit(std::move(other), false).ok());
    }
    write_batch last;
    last.put("V", "z");
    REQUIRE(opened.opened->commit(std::move(last), false).ok());
    REQUIRE(opened.opened->end_sync(opened.opened->sync()).ok());
    disk.stop();
  }
  disk.cut_power();
  const auto opened = open_leveldb_store(scratch.path("db"), {}, on);
  REQUIRE(opened.state.ok());
  CHECK(opened.opened->get("T0").value.has_value());
  CHECK(opened.opened->get("V").value.has_value());
}

TEST_CASE("what a killed process had written is durable once the store is open again") {
  for (const bool names_vanish : {false, true}) {
    std::mt19937_64 luck(8);
    witness all(names_vanish);
    REQUIRE(all.open().ok());
    for (int i = 0; i < 5; ++i)
      REQUIRE(all.commit(luck, i < 2).ok());
    all.kill();
    REQUIRE(all.open().ok());
    all.promise_all();
    all.close();
    all.disk.cut_power();
    REQUIRE(all.open().ok());
    all.check();
  }
}

TEST_CASE("after any single failed operation nothing more is acknowledged and nothing is lost") {
  for (const auto which : every_operation)
    for (std::uint64_t nth = 1; nth <= 24; ++nth) {
      CAPTURE(static_cast<int>(which));
      CAPTURE(nth);
      std::mt19937_64 luck(nth);
      witness all(nth % 4 < 2);
      all.disk.fail(which, nth, nth % 2 == 0 ? fault::io_error : fault::no_space);
      if (all.open().ok()) {
        bool failed = false;
        for (int i = 0; i < 20; ++i) {
          const auto result = all.commit(luck, i % 2 == 0, 9000);
          CHECK((!failed || result.code == store_error::stopped));
          failed = failed || !result.ok();
        }
      }
      all.close();
      all.disk.cut_power();
      const auto state = all.open();
      INFO(state.text);
      REQUIRE(state.ok());
      all.check();
    }
}

TEST_CASE("a failed write says which directory and why") {
  for (const auto& [how, text] : {std::pair{fault::io_error, "Input/output error"},
                                  std::pair{fault::no_space, "No space left on device"}}) {
    std::mt19937_64 luck(1);
    witness all(false);
    REQUIRE(all.open().ok());
    all.disk.fail(operation::append, 1, how);
    const auto failed = all.commit(luck, true);
    CHECK(failed.code == store_error::io);
    CHECK(failed.text.find("data directory " + all.directory()) == 0);
    CHECK(failed.text.find(text) != std::string::npos);
    all.close();
  }
}

TEST_CASE("a write torn to zeros or rubbish is a normal start") {
  for (auto seed = first_seed() + 2000, end = seed + seeds(30); seed < end; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 luck(seed);
    witness all(false);
    REQUIRE(all.open().ok());
    REQUIRE(all.commit_owner().ok()); // or no repair would make sense
    for (auto steps = 1 + luck() % 40; steps > 0; --steps)
      REQUIRE(all.commit(luck, luck() % 3 == 0).ok());
    all.close();
    all.disk.cut_power(luck, true);
    const auto state = all.open();
    INFO(state.text);
    REQUIRE(state.ok());
    all.check();
  }
}

TEST_CASE("damage to what was synced is not taken for what a power cut leaves") {
  int noticed = 0;
  for (auto seed = first_seed() + 4000, end = seed + seeds(60); seed < end; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 luck(seed);
    witness all(false, std::size_t{16} << 20U);
    REQUIRE(all.open().ok());
    for (int steps = 0; steps < 30; ++steps)
      REQUIRE(all.commit(luck, luck() % 2 == 0).ok());
    const auto surely_synced = written_bytes(log_in(all.directory()));
    for (int last = 0; last < 2; ++last)
      REQUIRE(all.commit(luck, true, 10).ok());
    all.kill();
    if (luck() % 2 == 0)
      std::filesystem::remove(all.directory() + "/SYNCED"); // it may lag behind
    const auto log = log_in(all.directory());
    const auto hit = luck() % surely_synced;
    const auto bytes = std::min<std::uint64_t>(1 + luck() % 600, surely_synced - hit);
    overwrite(log, hit, std::string(bytes, luck() % 2 == 0 ? '\0' : '\x55'));
    const auto state = all.open();
    CHECK((!state.ok() || all.lost_promises() == 0));
    noticed += state.ok() ? 0 : 1;
    all.close();
  }
  CHECK((noticed > 0 || seeds(2) == 1));
}

// What stands behind the last synced batch nobody can miss; so one more follows.
TEST_CASE("a stretch of zeros anywhere in the log is noticed when it took anything promised") {
  constexpr std::size_t block = 32768;
  int noticed = 0;
  for (auto seed = first_seed() + 3000, end = seed + seeds(40); seed < end; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 luck(seed);
    witness all(false, std::size_t{16} << 20U);
    REQUIRE(all.open().ok());
    for (int steps = 0; steps < 40; ++steps)
      REQUIRE(all.commit(luck, luck() % 2 == 0).ok());
    REQUIRE(all.commit(luck, true, 10).ok());
    all.kill();
    const auto log = log_in(all.directory());
    const auto first = luck() % (written_bytes(log) - 200);
    const auto most = written_bytes(log) - 200 - first;
    auto bytes = 1 + luck() % most;
    if (luck() % 2 == 0) // to the end of a block, as file systems lose them
      bytes = std::min<std::uintmax_t>(most, block - first % block);
    overwrite(log, first, std::string(bytes, '\0'));
    const auto state = all.open();
    const bool seen = !state.ok() || !all.missing_batches.empty();
    CHECK((seen || all.lost_promises() == 0));
    noticed += seen ? 1 : 0;
    all.close();
  }
  CHECK((noticed > 0 || seeds(2) == 1));
}
