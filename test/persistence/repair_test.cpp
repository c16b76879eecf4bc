#include "persistence/repair.hpp"

#include "persistence/codec.hpp"
#include "persistence/keys.hpp"
#include "persistence/leveldb_store.hpp"
#include "persistence/recovery.hpp"
#include "test/persistence/damage.hpp"
#include "test/persistence/store_places.hpp"

#include <doctest/doctest.h>
#include <leveldb/env.h>

#include <set>

namespace {

using namespace evenkeel;
using namespace evenkeel::persistence;
using namespace evenkeel::test;
namespace fs = std::filesystem;

constexpr std::int64_t wall_ms = 1'795'461'387'000;
constexpr std::uint64_t jobs_per_life = 200;

/// Jobs in a table and in a log, and who they belong to.
void fill(leveldb_place& place) {
  for (std::uint64_t life = 0; life < 2; ++life) {
    const auto store = opened(place);
    const record::identity node{{1, 2}, "k3", 4 + life, 5};
    REQUIRE(store->commit(encode(std::vector{record::put(node)}), true).ok());
    for (std::uint64_t i = 1; i <= jobs_per_life; ++i) {
      record::open_job job;
      job.sequence = i + life * jobs_per_life;
      job.spec.text = std::string(500, static_cast<char>('a' + i % 26));
      REQUIRE(store->commit(encode(std::vector{record::put(job)}), true).ok());
    }
  }
}

repair_report repaired(const leveldb_place& place) {
  auto report = repair(place.directory(), inspect(place.directory()), wall_ms);
  INFO(report.state.text);
  REQUIRE(report.state.ok());
  return report;
}

struct content {
  std::set<std::uint64_t> jobs;
  std::uint64_t next_sequence = 0;
  std::uint64_t starts = 0;
  std::uint64_t quarantined = 0;
};

/// As the next start finds it.
content start(leveldb_place& place) {
  content all;
  open_report report;
  REQUIRE(recover(
              *opened(place),
              [&](record::value&& x) {
                if (const auto* job = std::get_if<record::open_job>(&x))
                  all.jobs.insert(job->sequence);
                else if (const auto* issued = std::get_if<record::issued>(&x))
                  all.next_sequence = issued->next_sequence;
                else if (const auto* node = std::get_if<record::identity>(&x))
                  all.starts = node->incarnation_counter;
              },
              report)
              .ok());
  CHECK(report.warnings.empty());
  all.quarantined = inspect(place.directory()).quarantined_count;
  return all;
}

} // namespace

TEST_CASE("a repair of a directory without damage changes no record and makes no copy") {
  leveldb_place place;
  fill(place);
  const auto report = repaired(place);
  CHECK(report.done.empty());
  CHECK(report.lost.empty());
  CHECK(report.copy.empty());
  CHECK(start(place).jobs.size() == 2 * jobs_per_life);
}

TEST_CASE("a repair sets damaged records aside without a copy") {
  leveldb_place place;
  fill(place);
  place.put_behind(encode_key(record::ledger_job_key(7)), "garbage");
  const auto report = repaired(place);
  CHECK(report.done.size() == 1);
  CHECK(report.copy.empty());
  const auto after = start(place);
  CHECK(after.jobs.size() == 2 * jobs_per_life - 1);
  CHECK(after.quarantined == 1);
  std::uint64_t dropped = 0;
  CHECK(empty_quarantine(place.directory(), dropped).ok());
  CHECK(dropped == 1);
  CHECK(inspect(place.directory()).clean());
}

TEST_CASE("a repair of a damaged log keeps a copy and gives no lost number again") {
  leveldb_place place;
  fill(place);
  const auto log = log_in(place.directory());
  overwrite(log, 40'000, "damage");
  const auto damaged_log = content_of(log);
  const auto report = repaired(place);
  CHECK_FALSE(report.lost.empty());
  CHECK(content_of(fs::path(report.copy) / log.filename()) == damaged_log);
  const auto after = start(place);
  CHECK(after.jobs.size() < 2 * jobs_per_life);
  CHECK(after.jobs.size() >= 2 * jobs_per_life - 2); // what the damage hit, and no more
  CHECK(after.next_sequence > 2 * jobs_per_life + skipped_sequences / 2);
  CHECK(after.starts > skipped_starts);
  CHECK(inspect(place.directory()).clean());
}

TEST_CASE("a repair puts a database together again from what can be read") {
  leveldb_place place;
  fill(place);
  std::size_t kept_at_least = 2 * jobs_per_life;
  std::size_t losses = 0;
  SUBCASE("table") {
    overwrite(files_in(place.directory(), ".ldb").front(), 2'000, "damage");
    kept_at_least = jobs_per_life;
    losses = 2;
  }
  SUBCASE("short table") {
    const auto table = files_in(place.directory(), ".ldb").front();
    fs::resize_file(table, fs::file_size(table) / 2);
    kept_at_least = jobs_per_life;
    losses = 2;
  }
  SUBCASE("missing table") {
    fs::remove(files_in(place.directory(), ".ldb").front());
    kept_at_least = jobs_per_life;
    losses = 2;
  }
  SUBCASE("CURRENT") {
    fs::remove(place.directory() + "/CURRENT");
  }
  SUBCASE("MANIFEST") {
    for (const auto& entry : fs::directory_iterator(place.directory()))
      if (entry.path().filename().string().starts_with("MANIFEST"))
        fs::resize_file(entry.path(), 1);
  }
  SUBCASE("CURRENT and a part of the log") {
    fs::remove(place.directory() + "/CURRENT");
    overwrite(log_in(place.directory()), 40'000, "damage");
    kept_at_least -= 2;
    losses = 1;
  }
  const auto report = repaired(place);
  CHECK(report.lost.size() == losses);
  CHECK(fs::is_directory(report.copy));
  CHECK(start(place).jobs.size() >= kept_at_least);
  CHECK(inspect(place.directory()).clean());
}

// Without the identity in it a start would begin a new ledger, beside the one that gave tickets.
TEST_CASE("a repair makes no empty directory of one whose identity is lost") {
  leveldb_place place;
  {
    const auto store = opened(place);
    const record::identity node{{1, 2}, "k3", 4, 5};
    REQUIRE(store->commit(encode(std::vector{record::put(node)}), true).ok());
  }
  const auto log = log_in(place.directory());
  SUBCASE("damaged") {
    overwrite(log, fragment_bytes(log, 0) + 50, "damage");
  }
  SUBCASE("missing") {
    fs::remove(log);
  }
  const auto found = inspect(place.directory());
  CHECK(found.state.ok());
  CHECK(found.needed == remedy::beyond);
  CHECK(found.problems.back().find("whose directory it is") == 0);
  const auto before = snapshot(place.directory());
  CHECK(repair(place.directory(), found, wall_ms).state.code == store_error::damaged);
  CHECK(snapshot(place.directory()) == before);
}

TEST_CASE("a second repair does not overwrite the copy of the first one") {
  leveldb_place place;
  fill(place);
  std::set<std::string> copies;
  for (int i = 0; i < 2; ++i) {
    fs::remove(place.directory() + "/CURRENT");
    copies.insert(repaired(place).copy);
  }
  CHECK(copies.size() == 2);
}

TEST_CASE("the copy stands beside the real directory, however that is named") {
  leveldb_place place;
  fill(place);
  fs::remove(place.directory() + "/CURRENT");
  const auto real = fs::canonical(place.directory());
  std::string name;
  SUBCASE("dot") {
    name = place.directory() + "/.";
  }
  SUBCASE("slashes") {
    name = place.directory() + "//";
  }
  SUBCASE("dots") {
    fs::create_directory(real / "lost");
    name = place.directory() + "/lost/..";
  }
  SUBCASE("symlink") {
    fs::create_directory(real.parent_path() / "elsewhere");
    name = real.parent_path() / "elsewhere" / "link";
    fs::create_directory_symlink(real, name);
  }
  const auto report = repair(name, inspect(name), wall_ms);
  INFO(report.state.text);
  REQUIRE(report.state.ok());
  CHECK(report.copy == real.string() + ".before-repair");
}

TEST_CASE("what is beyond repair is refused and stays as it is") {
  leveldb_place place;
  fill(place);
  place.put_behind("i", "garbage");
  const auto found = inspect(place.directory());
  const auto before = snapshot(place.directory());
  CHECK(repair(place.directory(), found, wall_ms).state.code == store_error::damaged);
  CHECK(snapshot(place.directory()) == before);
}

TEST_CASE("a directory that came into use since it was inspected is not repaired") {
  leveldb_place place;
  fill(place);
  fs::remove(place.directory() + "/CURRENT");
  const auto found = inspect(place.directory());
  leveldb::FileLock* lock = nullptr;
  REQUIRE(leveldb::Env::Default()->LockFile(place.directory() + "/LOCK", &lock).ok());
  CHECK(repair(place.directory(), found, wall_ms).state.code == store_error::in_use);
  leveldb::Env::Default()->UnlockFile(lock);
  CHECK_FALSE(fs::exists(place.directory() + ".before-repair"));
}
