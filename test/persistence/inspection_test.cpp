#include "persistence/inspection.hpp"

#include "persistence/codec.hpp"
#include "persistence/crc32c.hpp"
#include "persistence/keys.hpp"
#include "persistence/leveldb_store.hpp"
#include "persistence/recovery.hpp"
#include "test/persistence/damage.hpp"
#include "test/persistence/sample_records.hpp"
#include "test/persistence/store_places.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace {

using namespace evenkeel;
using namespace evenkeel::persistence;
using namespace evenkeel::test;
namespace fs = std::filesystem;

void fill_with_samples(leveldb_place& place) {
  std::vector<record::change> changes;
  for (const auto& content : sample_records())
    changes.push_back(record::put(content));
  REQUIRE(opened(place)->commit(encode(changes), true).ok());
}

/// Inspects, and insists that the directory keeps every byte.
inspection inspect_only(const leveldb_place& place) {
  const auto before = snapshot(place.directory());
  auto found = inspect(place.directory());
  CHECK(snapshot(place.directory()) == before);
  return found;
}

bool any_contains(const std::vector<std::string>& texts, const std::string& part) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const auto& text) { return text.find(part) != std::string::npos; });
}

/// While it lives we are a user for whom permissions count, who owns what is in `directory`.
class ordinary_user {
public:
  explicit ordinary_user(const fs::path& directory) {
    if (::geteuid() != 0)
      return;
    constexpr uid_t nobody = 65534;
    for (const auto& path : {directory.parent_path(), directory})
      REQUIRE(::chown(path.c_str(), nobody, nobody) == 0);
    for (const auto& entry : fs::recursive_directory_iterator(directory))
      REQUIRE(::chown(entry.path().c_str(), nobody, nobody) == 0);
    REQUIRE(::seteuid(nobody) == 0);
    was_root_ = true;
  }
  ordinary_user(const ordinary_user&) = delete;
  ordinary_user& operator=(const ordinary_user&) = delete;
  ~ordinary_user() {
    if (was_root_)
      (void)!::seteuid(0);
  }

private:
  bool was_root_ = false;
};

/// A directory with many jobs in tables and, with the last ones, in a log.
void fill_with_jobs(leveldb_place& place, std::uint64_t count) {
  for (int life = 0; life < 2; ++life) {
    const auto store = opened(place);
    for (std::uint64_t i = 1; i <= count; ++i) {
      record::open_job job;
      job.sequence = i + static_cast<std::uint64_t>(life) * count;
      job.spec.text = std::string(500, static_cast<char>('a' + i % 26));
      REQUIRE(store->commit(encode(std::vector{record::put(job)}), true).ok());
    }
    REQUIRE(
        store->commit(encode(std::vector{record::put(record::identity{{1, 2}, "k3", 4, 5})}), true)
            .ok());
  }
}

} // namespace

TEST_CASE("an inspection counts what is there and changes nothing") {
  leveldb_place place;
  fill_with_samples(place);
  const auto found = inspect_only(place);
  REQUIRE(found.state.ok());
  CHECK(found.clean());
  CHECK(found.records == sample_records().size());
  CHECK(found.counts.size() == sample_records().size());
  CHECK(found.counts.at("held_attempt") == 1);
  CHECK(found.node->code == "k3");
  CHECK(found.proxy->epoch_counter == 26);
  CHECK(found.next_sequence == 38);
}

TEST_CASE("an inspection takes nothing for a database that is none") {
  const scratch_directory scratch;
  CHECK(inspect(scratch.path("missing")).state.code == store_error::unusable);
  fs::create_directory(scratch.path("empty"));
  CHECK(inspect(scratch.path("empty")).state.code == store_error::unusable);
  CHECK(fs::is_empty(scratch.path("empty")));
}

TEST_CASE("an inspection says that a file is not a directory") {
  const scratch_directory scratch;
  std::ofstream(scratch.path("file")) << "x";
  const auto found = inspect(scratch.path("file"));
  CHECK(found.state.code == store_error::unusable);
  CHECK(found.state.text == scratch.path("file") + " is not a directory");
}

TEST_CASE("what may not be read is not called damaged, missing or empty") {
  leveldb_place place;
  fill_with_samples(place);
  fs::path closed = place.directory();
  SUBCASE("a log") {
    closed = log_in(place.directory());
  }
  SUBCASE("the lock") {
    closed /= "LOCK";
  }
  SUBCASE("CURRENT") {
    closed /= "CURRENT";
  }
  SUBCASE("the mark") {
    closed /= "SYNCED";
  }
  SUBCASE("the directory") {}
  SUBCASE("the directory above") {
    closed = closed.parent_path();
  }
  const ordinary_user me(place.directory());
  fs::permissions(closed, fs::perms::none);
  const auto found = inspect(place.directory()).state;
  const auto refused = open_leveldb_store(place.directory()).state;
  fs::permissions(closed, fs::perms::owner_all);
  CHECK(found.code == store_error::unusable);
  CHECK(refused.code == store_error::unusable);
  CHECK(found.text.find("Permission denied: nothing is known about") != std::string::npos);
  CHECK(found.text.find("removed") == std::string::npos);
  CHECK(inspect(place.directory()).clean());
}

TEST_CASE("a directory without its lock file is inspected without making one") {
  leveldb_place place;
  fill_with_samples(place);
  fs::remove(place.directory() + "/LOCK");
  CHECK(inspect_only(place).clean());
}

TEST_CASE("a directory in use is not inspected") {
  leveldb_place place;
  const auto store = opened(place);
  CHECK(inspect(place.directory()).state.code == store_error::in_use);
}

TEST_CASE("records of a newer program are named and nothing else is said") {
  leveldb_place place;
  fill_with_samples(place);
  auto newer = encode_value(record::member{});
  newer[2] = 77;
  newer.resize(newer.size() - 4);
  const auto crc = crc32c(newer);
  newer.append(reinterpret_cast<const char*>(&crc), sizeof crc);
  place.put_behind("m", newer);
  const auto found = inspect_only(place);
  CHECK(found.state.code == store_error::newer_format);
  CHECK(found.state.text.find("kind 77") != std::string::npos);
}

TEST_CASE("damaged and quarantined records are listed with key, reason and time") {
  leveldb_place place;
  fill_with_samples(place);
  place.put_behind(encode_key(record::ledger_job_key(18)), "garbage");
  const auto damaged = inspect_only(place);
  CHECK(damaged.needed == remedy::set_aside);
  REQUIRE(damaged.damaged.size() == 1);
  CHECK(damaged.damaged.front().key == "ledger_job 18");
  CHECK(damaged.damaged.front().why == "7 bytes that are no intact record");

  open_report report;
  REQUIRE(recover(
              *opened(place), [](record::value&&) {}, report, 1'795'461'387'000)
              .ok());
  const auto found = inspect_only(place);
  CHECK(found.needed == remedy::none);
  CHECK_FALSE(found.clean());
  CHECK(found.quarantined_count == 1);
  REQUIRE(found.quarantined.size() == 1);
  CHECK(found.quarantined.front().key == "ledger_job 18");
  CHECK(found.quarantined.front().why == "7 bytes that are no intact record");
  CHECK(found.quarantined.front().since_ms == 1'795'461'387'000);
}

TEST_CASE("a torn end of the log is noted and clean") {
  leveldb_place place;
  fill_with_samples(place);
  REQUIRE(opened(place)->commit(put("a", "x"), false).ok()); // promised to nobody
  const auto log = log_in(place.directory());
  fs::resize_file(log, fs::file_size(log) - 3);
  const auto found = inspect_only(place);
  CHECK(found.clean());
  REQUIRE(found.log_stretches.size() == 1);
  CHECK(found.log_stretches.front().where.what == log_stretch::nature::torn_end);
}

TEST_CASE("a damaged log is found by file and byte, and what can be kept is counted") {
  leveldb_place place;
  fill_with_jobs(place, 200);
  overwrite(log_in(place.directory()), 40'000, "damage");
  const auto found = inspect_only(place);
  REQUIRE(found.state.ok());
  CHECK(found.needed == remedy::skip_log);
  CHECK(found.problems.size() == 1);
  REQUIRE_FALSE(found.log_stretches.empty());
  CHECK(found.log_stretches.front().where.what == log_stretch::nature::damaged);
  CHECK(found.log_stretches.front().where.offset >= 32768);
  CHECK(found.counts.at("open_job") >= 398);
  CHECK(found.counts.at("open_job") < 400);
  CHECK_FALSE(found.missing_batches.empty());
}

TEST_CASE("a table that is too short is damage, and no error of the disk") {
  leveldb_place place;
  fill_with_jobs(place, 200);
  const auto tables = files_in(place.directory(), ".ldb");
  REQUIRE(tables.size() == 1);
  fs::resize_file(tables.front(), fs::file_size(tables.front()) / 2);
  CHECK(open_leveldb_store(place.directory()).state.code == store_error::damaged);
  const auto found = inspect_only(place);
  CHECK(found.state.ok());
  CHECK(found.needed == remedy::rebuild);
  CHECK(any_contains(found.problems, tables.front().filename().string() + " of "));
  CHECK(any_contains(found.problems, "was cut short"));
  CHECK(found.counts.at("open_job") == 200); // those in the log
  CHECK(found.node.has_value());
}

TEST_CASE("a table with a changed byte is named") {
  leveldb_place place;
  fill_with_jobs(place, 200);
  const auto tables = files_in(place.directory(), ".ldb");
  REQUIRE(tables.size() == 1);
  overwrite(tables.front(), 100, "damage");
  const auto found = inspect_only(place);
  REQUIRE(found.problems.size() == 1);
  CHECK(any_contains(found.problems,
                     "table " + tables.front().filename().string() + " is damaged ("));
}

TEST_CASE("a damaged table and a missing CURRENT ask for a rebuild, tried in memory") {
  leveldb_place place;
  fill_with_jobs(place, 200);
  SUBCASE("table") {
    const auto tables = files_in(place.directory(), ".ldb");
    REQUIRE(tables.size() == 1);
    overwrite(tables.front(), 2'000, "damage");
  }
  SUBCASE("CURRENT") {
    fs::remove(place.directory() + "/CURRENT");
  }
  SUBCASE("MANIFEST") {
    for (const auto& entry : fs::directory_iterator(place.directory()))
      if (entry.path().filename().string().starts_with("MANIFEST"))
        overwrite(entry.path(), 10, "damage");
  }
  const auto found = inspect_only(place);
  REQUIRE(found.state.ok());
  CHECK(found.needed == remedy::rebuild);
  CHECK(found.counts.at("open_job") > 200);
  CHECK(found.node.has_value());
}

TEST_CASE("damage to the first record of a log hides neither whose it is nor the rest") {
  leveldb_place place;
  fill_with_samples(place);
  const auto log = log_in(place.directory());
  const auto refused = [&] { return open_leveldb_store(place.directory()).state; };
  SUBCASE("its bytes") {
    overwrite(log, 10, "damage");
  }
  SUBCASE("its length, too short") {
    overwrite(log, 4, std::string("\x01\0", 2));
  }
  SUBCASE("its length, too long") {
    overwrite(log, 4, "\xff\x7f");
  }
  CHECK(refused().code == store_error::damaged);
  const auto found = inspect_only(place);
  REQUIRE(found.state.ok());
  CHECK(found.needed == remedy::skip_log);
  CHECK(found.records == sample_records().size());
  CHECK(found.node->code == "k3");
}

TEST_CASE("what a ledger cannot do without is beyond repair when it is damaged or gone") {
  leveldb_place place;
  fill_with_samples(place);
  SUBCASE("damaged") {
    place.put_behind("i", "garbage");
  }
  SUBCASE("gone") {
    place.erase_behind("i");
  }
  const auto found = inspect_only(place);
  CHECK(found.state.ok());
  CHECK(found.needed == remedy::beyond);
}

TEST_CASE("a problem names the directory and the damage") {
  leveldb_place place;
  fill_with_jobs(place, 200);
  overwrite(log_in(place.directory()), 40'000, "damage");
  const auto found = inspect_only(place);
  CHECK(any_contains(found.problems, place.directory()));
  CHECK(any_contains(found.problems, "damaged from byte"));
}
