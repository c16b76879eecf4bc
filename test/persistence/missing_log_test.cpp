// What is lost at the end of the logs: a newest log that is missing or was cut short, where LevelDB
// sees nothing (synced_mark.hpp, and what the MANIFEST tells).
#include "persistence/codec.hpp"
#include "persistence/format.hpp"
#include "persistence/inspection.hpp"
#include "persistence/leveldb_store.hpp"
#include "persistence/log_files.hpp"
#include "persistence/repair.hpp"
#include "persistence/synced_mark.hpp"
#include "test/persistence/damage.hpp"
#include "test/persistence/sample_records.hpp"
#include "test/persistence/store_places.hpp"

#include <doctest/doctest.h>
#include <leveldb/env.h>

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace {

using namespace evenkeel;
using namespace evenkeel::persistence;
using namespace evenkeel::test;
namespace fs = std::filesystem;

fs::path mark_in(const fs::path& directory) {
  return directory / synced_mark::file_name;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A node with ten tickets, all in the log, whose process was killed.
std::string killed_node(leveldb_place& place, const scratch_directory& scratch) {
  const auto store = opened(place);
  REQUIRE(
      store->commit(encode(std::vector{record::put(record::identity{{1, 2}, "k3", 4, 5})}), true)
          .ok());
  for (std::uint64_t sequence = 1; sequence <= 10; ++sequence) {
    record::open_job job;
    job.sequence = sequence;
    REQUIRE(store->commit(encode(std::vector{record::put(job)}), true).ok());
  }
  fs::copy(place.directory(), scratch.path("node"));
  return scratch.path("node");
}

/// A node that was started again since, so that its first jobs are in a table.
std::string node_with_table(leveldb_place& place, const scratch_directory& scratch) {
  {
    const auto store = opened(place);
    const record::identity node{{1, 2}, "k3", 3, 5};
    REQUIRE(store->commit(encode(std::vector{record::put(node)}), true).ok());
  }
  return killed_node(place, scratch);
}

/// Tables are not written: what has to go there waits in its log.
class idle_env final : public leveldb::EnvWrapper {
public:
  idle_env() : EnvWrapper(leveldb::Env::Default()) {}
  environment under_a_store() {
    environment on;
    on.files = this;
    on.log_bytes = std::size_t{64} << 10U;
    on.before_close = [this] { let_go(); };
    return on;
  }
  void Schedule(void (*work)(void*), void* argument) override {
    const std::lock_guard guard(mutex_);
    if (idle_)
      waiting_.emplace_back(work, argument);
    else
      target()->Schedule(work, argument);
  }

private:
  void let_go() {
    const std::lock_guard guard(mutex_);
    idle_ = false;
    for (const auto& [work, argument] : waiting_)
      target()->Schedule(work, argument);
  }

  std::mutex mutex_;
  bool idle_ = true;
  std::vector<std::pair<void (*)(void*), void*>> waiting_;
};

} // namespace

TEST_CASE("a missing newest log is damage, with what was noted of it and without") {
  leveldb_place place;
  const scratch_directory scratch;
  const auto directory = node_with_table(place, scratch);
  fs::remove(log_in(directory));
  SUBCASE("with") {}
  SUBCASE("without, as after a power cut") {
    fs::remove(mark_in(directory));
  }
  for (int start = 0; start < 2; ++start) {
    const auto refused = open_leveldb_store(directory);
    CHECK(refused.state.code == store_error::damaged);
    CHECK(contains(refused.state.text, "its newest log is missing"));
    CHECK(contains(refused.state.text, "evenkeel check --data " + directory));
  }
}

TEST_CASE("a newest log that was begun while the one before was still needed is missed by number") {
  const scratch_directory scratch;
  const auto directory = scratch.path("db");
  const auto copy = scratch.path("copy");
  idle_env files;
  {
    const auto result = open_leveldb_store(directory, {}, files.under_a_store());
    REQUIRE(result.state.ok());
    while (files_in(directory, ".log").size() < 2)
      REQUIRE(result.opened->commit(put("a", std::string(5'000, 'x')), true).ok());
    fs::copy(directory, copy);
  }
  auto logs = files_in(copy, ".log");
  REQUIRE(logs.size() == 2);
  fs::remove(*std::max_element(logs.begin(), logs.end()));
  const auto refused = open_leveldb_store(copy);
  CHECK(refused.state.code == store_error::damaged);
  CHECK(contains(refused.state.text, "synced batch"));
}

TEST_CASE("a newest log that lacks acknowledged batches at its end is damage") {
  leveldb_place place;
  const scratch_directory scratch;
  const auto directory = killed_node(place, scratch);
  const auto log = log_in(directory);
  const auto size = written_bytes(log);
  const auto first = fragment_bytes(log, 0);
  SUBCASE("cut in the last batch") {
    fs::resize_file(log, size - 3);
  }
  SUBCASE("cut between batches") {
    fs::resize_file(log, first);
  }
  SUBCASE("zeros to the end") {
    overwrite(log, first, std::string(size - first, '\0'));
  }
  const auto refused = open_leveldb_store(directory);
  CHECK(refused.state.code == store_error::damaged);
  CHECK(contains(refused.state.text, "missing: acknowledged changes are lost"));
  CHECK_FALSE(refused.report.missing_batches.empty());
}

TEST_CASE("an end of the log that was never acknowledged is not missed") {
  leveldb_place place;
  const scratch_directory scratch;
  {
    const auto store = opened(place);
    REQUIRE(store->commit(put("a", "x"), true).ok());
    REQUIRE(store->commit(put("b", "x"), false).ok());
    fs::copy(place.directory(), scratch.path("copy"));
  }
  const auto log = log_in(scratch.path("copy"));
  fs::resize_file(log, written_bytes(log) - 1);
  const auto result = open_leveldb_store(scratch.path("copy"));
  CHECK(result.state.ok());
  CHECK(result.report.warnings.empty());
}

TEST_CASE("a mark that a power cut can leave is no alarm: an older one, an empty one or none") {
  leveldb_place place;
  const scratch_directory scratch;
  {
    const auto store = opened(place);
    fs::copy(mark_in(place.directory()), scratch.path("old"));
    REQUIRE(store->commit(put("a", "x"), true).ok());
  }
  const auto mark = mark_in(place.directory());
  const auto old = content_of(scratch.path("old"));
  CHECK(read_mark(place.directory()).number == 2);
  SUBCASE("older") {
    overwrite(mark, 0, old);
    CHECK(read_mark(place.directory()).number == 1);
  }
  SUBCASE("the number of one, the checksum of the next") {
    overwrite(mark, 0, old.substr(0, 16));
    CHECK(read_mark(place.directory()).number == 2);
  }
  SUBCASE("the number of one, the checksum of the one before") {
    overwrite(mark, 16, old.substr(16));
    CHECK(read_mark(place.directory()).number == 1);
  }
  SUBCASE("empty") {
    fs::resize_file(mark, 0);
  }
  SUBCASE("gone") {
    fs::remove(mark);
  }
  SUBCASE("not yet in its place") {
    fs::rename(mark, place.directory() + "/SYNCED.new");
  }
  CHECK(inspect(place.directory()).problems.empty());
  const auto result = place.open();
  CHECK(result.state.ok());
  CHECK(result.report.warnings.empty());
  CHECK(read_mark(place.directory()).number == 2);
  REQUIRE(result.opened->commit(put("b", "x"), true).ok());
  CHECK(read_mark(place.directory()).number == 3);
  CHECK_FALSE(fs::exists(place.directory() + "/SYNCED.new"));
}

TEST_CASE("a damaged mark is damage: it may hide that the log lost its end") {
  leveldb_place place;
  const scratch_directory scratch;
  const auto directory = killed_node(place, scratch);
  const auto mark = mark_in(directory);
  const auto bytes = content_of(mark);
  SUBCASE("a byte changed") {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      auto changed = bytes;
      changed[at] = static_cast<char>(~changed[at]);
      overwrite(mark, 0, changed);
      CHECK_FALSE(read_mark(directory).problem.empty());
      CHECK(read_mark(directory).number == 0);
    }
  }
  SUBCASE("short") {
    fs::resize_file(mark, 1);
  }
  SUBCASE("long") {
    overwrite(mark, bytes.size(), "x");
  }
  SUBCASE("zeros") {
    overwrite(mark, 0, std::string(bytes.size(), '\0'));
  }
  SUBCASE("a directory") {
    fs::remove(mark);
    fs::create_directory(mark);
    std::ofstream(mark / "file") << "x";
  }
  const auto refused = open_leveldb_store(directory);
  CHECK(refused.state.code == store_error::damaged);
  CHECK(contains(refused.state.text, "its file SYNCED"));
  CHECK(contains(refused.state.text, "evenkeel check --data " + directory));
  const auto found = inspect(directory);
  REQUIRE(found.state.ok());
  CHECK(found.needed == remedy::skip_log);
  CHECK(found.problems.size() == 1);

  const auto report = repair(directory, found, 1);
  INFO(report.state.text);
  REQUIRE(report.state.ok());
  CHECK(report.lost.size() == 1);
  CHECK(fs::exists(directory + "/lost/SYNCED"));
  const auto after = inspect(directory);
  CHECK(after.clean());
  CHECK(after.counts.at("open_job") == 10);
  CHECK(after.next_sequence > skipped_sequences);
  CHECK(read_mark(directory).number > 10);
}

TEST_CASE("a damaged mark is named beside other damage and repaired with it") {
  leveldb_place place;
  const scratch_directory scratch;
  const auto directory = killed_node(place, scratch);
  overwrite(mark_in(directory), 9, "damage");
  overwrite(log_in(directory), written_bytes(log_in(directory)) / 2, "damage");
  const auto found = inspect(directory);
  CHECK(found.problems.size() == 2);
  REQUIRE(repair(directory, found, 1).state.ok());
  CHECK(inspect(directory).clean());
}

TEST_CASE("a mark without a database is a database that is gone, not a new one") {
  leveldb_place place;
  opened(place).reset();
  for (const auto& name : database_files(place.directory()))
    if (name != synced_mark::file_name)
      fs::remove(place.directory() + "/" + name);
  CHECK(place.open().state.code == store_error::damaged);
  const auto found = inspect(place.directory());
  CHECK(found.state.ok());
  CHECK(found.needed == remedy::beyond);
}

TEST_CASE("a directory of a program that knew no mark gets one") {
  leveldb_place place;
  opened(place).reset();
  fs::remove(mark_in(place.directory()));
  opened(place).reset();
  REQUIRE(opened(place)->commit(put("a", "x"), true).ok());
  CHECK(read_mark(place.directory()).number >= 2);
}

TEST_CASE("a repair without the newest log gives no ticket number a second time") {
  leveldb_place place;
  const scratch_directory scratch;
  const auto directory = node_with_table(place, scratch);
  fs::remove(log_in(directory));
  const auto found = inspect(directory);
  REQUIRE(found.state.ok());
  CHECK(found.needed == remedy::skip_log);
  CHECK_FALSE(found.missing_batches.empty());
  const auto report = repair(directory, found, 1);
  INFO(report.state.text);
  REQUIRE(report.state.ok());
  CHECK(report.lost.size() == 1);
  const auto after = inspect(directory);
  CHECK(after.clean());
  CHECK(after.next_sequence > skipped_sequences);
  CHECK(after.node->incarnation_counter > skipped_starts);
  CHECK(open_leveldb_store(directory).report.warnings.empty());
}
