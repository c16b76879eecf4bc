#include "persistence/leveldb_store.hpp"

#include "persistence/data_directory.hpp"
#include "test/persistence/damage.hpp"
#include "test/persistence/store_places.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <vector>

namespace {

using namespace evenkeel::persistence;
using namespace evenkeel::test;
namespace fs = std::filesystem;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A process that holds the store until this object is gone.
class other_process {
public:
  explicit other_process(const std::string& directory) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      const auto result = open_leveldb_store(directory);
      const char answer = result.state.ok() ? 'y' : 'n';
      if (::write(ready[1], &answer, 1) == 1)
        ::pause();
      ::_exit(1);
    }
    char answer = 'n';
    REQUIRE(::read(ready[0], &answer, 1) == 1);
    ::close(ready[0]);
    ::close(ready[1]);
    REQUIRE(answer == 'y');
  }
  other_process(const other_process&) = delete;
  other_process& operator=(const other_process&) = delete;
  ~other_process() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] pid_t pid() const { return pid_; }

private:
  pid_t pid_ = -1;
};

/// Sequences "a0", "a1", ... that are in the store, counted; they must have no hole.
int commits_in(store& from) {
  int count = 0;
  const auto scanned = from.scan("a", [&](auto, auto) {
    ++count;
    return true;
  });
  REQUIRE(scanned.ok());
  for (int i = 0; i < count; ++i)
    CHECK(from.get("a" + std::to_string(i)).value.has_value());
  return count;
}

/// A directory as a killed process leaves it: ten commits, all in the log.
void leave_log(const leveldb_place& place, const std::string& copy, bool sync, std::size_t size) {
  const auto result = open_leveldb_store(place.directory());
  REQUIRE(result.state.ok());
  for (int i = 0; i < 10; ++i)
    REQUIRE(result.opened->commit(put("a" + std::to_string(i), std::string(size, 'x')), sync).ok());
  fs::copy(place.directory(), copy);
}

} // namespace

TEST_CASE("a missing directory is made with its parents and for us alone") {
  const scratch_directory scratch;
  const auto path = scratch.path("some/where/db/");
  REQUIRE(open_leveldb_store(path).state.ok());
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777U) == 0700);
}

TEST_CASE(
    "a directory that another process uses is refused with its pid, and free after its death") {
  const leveldb_place place;
  {
    const other_process other(place.directory());
    const auto result = open_leveldb_store(place.directory());
    CHECK(result.state.code == store_error::in_use);
    CHECK(result.state.text
          == "data directory " + place.directory() + " is in use by another process (pid "
                 + std::to_string(other.pid()) + ")");
  }
  CHECK(open_leveldb_store(place.directory()).state.ok());
}

TEST_CASE("a second store of this process is told so, every time") {
  leveldb_place place;
  const auto first = opened(place);
  const auto second = place.open();
  CHECK(contains(second.state.text, "is already open in this process"));
  CHECK(place.open().state.code == store_error::in_use);
}

TEST_CASE("a place where no directory can be is a clear error") {
  const scratch_directory scratch;
  std::ofstream(scratch.path("file")) << "x";
  for (const auto& path :
       {scratch.path("file"), scratch.path("file/db"), std::string("/proc/db"), std::string()}) {
    const auto result = open_leveldb_store(path);
    CAPTURE(result.state.text);
    CHECK(result.state.code == store_error::unusable);
    CHECK(contains(result.state.text, "data directory"));
    CHECK(contains(result.state.text, path));
    CHECK(result.opened == nullptr);
  }
}

TEST_CASE("a directory that may not be written is a clear error") {
  if (::geteuid() == 0)
    return; // modes do not bind root; the test before covers the texts
  leveldb_place place;
  opened(place).reset();
  REQUIRE(::chmod(place.directory().c_str(), 0500) == 0);
  CHECK(contains(place.open().state.text, "Permission denied"));
  REQUIRE(::chmod(place.directory().c_str(), 0700) == 0);
}

TEST_CASE("a full disk at the first start is a clear error") {
  leveldb_place place;
  const full_disk full;
  CHECK_FALSE(place.open().state.ok());
}

TEST_CASE("a killed process loses nothing that commit has returned for") {
  leveldb_place place;
  const scratch_directory scratch;
  leave_log(place, scratch.path("copy"), false, 100);
  const auto result = open_leveldb_store(scratch.path("copy"));
  REQUIRE(result.state.ok());
  CHECK(commits_in(*result.opened) == 10);
}

TEST_CASE("a log torn at any byte is a normal start with the commits before it") {
  leveldb_place place;
  const scratch_directory scratch;
  leave_log(place, scratch.path("copy"), false, 100);
  const auto size = written_bytes(log_in(scratch.path("copy")));
  int most = 0;
  for (std::uintmax_t length = 200; length <= size; length += 61) {
    const auto torn = scratch.path("torn" + std::to_string(length));
    fs::copy(scratch.path("copy"), torn);
    fs::resize_file(log_in(torn), length);
    const auto result = open_leveldb_store(torn);
    REQUIRE(result.state.ok());
    CHECK(result.report.warnings.empty());
    const auto left = commits_in(*result.opened);
    CHECK(left >= most);
    most = left;
  }
  CHECK(most >= 9);
}

TEST_CASE("a log that ends in zeros, as after a power cut, is a normal start") {
  leveldb_place place;
  const scratch_directory scratch;
  leave_log(place, scratch.path("copy"), false, 100);
  const auto log = log_in(scratch.path("copy"));
  fs::resize_file(log, written_bytes(log) + 5000);
  const auto result = open_leveldb_store(scratch.path("copy"));
  REQUIRE(result.state.ok());
  CHECK(result.report.warnings.empty());
  CHECK(commits_in(*result.opened) == 10);
}

// LevelDB takes a zeroed header for the end of what was written in a block of 32 KiB, and goes on
// with the next one. Here a batch that ends with its block is zeroed.
TEST_CASE("a zeroed stretch of the log, which LevelDB skips in silence, is found by number") {
  leveldb_place place;
  const scratch_directory scratch;
  constexpr std::uintmax_t block = 32768;
  std::uintmax_t zeroed_from = 0;
  {
    const auto store = opened(place); // batch 1
    const auto log = log_in(place.directory());
    const auto commit = [&](const std::string& key, std::size_t size) {
      REQUIRE(store->commit(put(key, std::string(size, 'x')), true).ok());
      return written_bytes(log);
    };
    const auto before = commit("a0", 9000);
    zeroed_from = commit("a1", 9000);
    const auto overhead = zeroed_from - before - 9000;
    REQUIRE(commit("a2", block - zeroed_from - overhead) == block);
    commit("a3", 100);
    fs::copy(place.directory(), scratch.path("copy"));
  }
  overwrite(log_in(scratch.path("copy")), zeroed_from, std::string(block - zeroed_from, '\0'));
  const auto refused = open_leveldb_store(scratch.path("copy"));
  CHECK(refused.state.code == store_error::damaged);
  CHECK(contains(refused.state.text, "synced batch 4 is missing"));
  CHECK(contains(refused.state.text, "evenkeel check --data " + scratch.path("copy")));
  store_options options;
  options.skip_damaged_log = true;
  const auto result = open_leveldb_store(scratch.path("copy"), options);
  REQUIRE(result.state.ok());
  CHECK(result.report.missing_batches == std::vector<number_range>{{4, 4}});
  CHECK(result.report.warnings.size() == 1);
  CHECK_FALSE(result.opened->get("a2").value.has_value());
  CHECK(result.opened->get("a3").value.has_value());
}

TEST_CASE("a damaged log is one clear error that changes nothing, and can be skipped on request") {
  leveldb_place place;
  const scratch_directory scratch;
  leave_log(place, scratch.path("copy"), true, 20'000);
  overwrite(log_in(scratch.path("copy")), 40'000, "damage");
  for (int start = 0; start < 2; ++start) {
    const auto refused = open_leveldb_store(scratch.path("copy"));
    CHECK(refused.state.code == store_error::damaged);
    CHECK(contains(refused.state.text, scratch.path("copy")));
    CHECK(contains(refused.state.text, "evenkeel check --data " + scratch.path("copy")));
  }
  store_options options;
  options.skip_damaged_log = true;
  {
    const auto skipped = open_leveldb_store(scratch.path("copy"), options);
    REQUIRE(skipped.state.ok());
    CHECK(skipped.report.warnings.size() == 2);
    CHECK_FALSE(skipped.report.missing_batches.empty());
  }
  CHECK(open_leveldb_store(scratch.path("copy")).report.warnings.empty());
}

// LevelDB takes such a length for the end of what was written.
TEST_CASE("a damaged length at the end of a log does not drop synced batches in silence") {
  leveldb_place place;
  const scratch_directory scratch;
  leave_log(place, scratch.path("copy"), true, 100);
  const auto log = log_in(scratch.path("copy"));
  std::uintmax_t third = 0;
  for (int i = 0; i < 2; ++i)
    third += fragment_bytes(log, third);
  overwrite(log, third + 4, "\xff\x7f");
  const auto refused = open_leveldb_store(scratch.path("copy"));
  CHECK(refused.state.code == store_error::damaged);
  CHECK(contains(refused.state.text, "from byte " + std::to_string(third)));
}

TEST_CASE("a damaged table is one clear error") {
  leveldb_place place;
  {
    const auto store = opened(place);
    std::mt19937 random(3); // does not compress, so only the checksum can tell
    for (int i = 0; i < 1000; ++i) {
      std::string value(200, '\0');
      for (auto& byte : value)
        byte = static_cast<char>(random());
      REQUIRE(store->commit(put("a" + std::to_string(i), value), false).ok());
    }
  }
  opened(place).reset(); // opening moves the log into a table
  int tables = 0;
  for (const auto& entry : fs::directory_iterator(place.directory()))
    if (entry.path().extension() == ".ldb") {
      ++tables;
      overwrite(entry.path(), fs::file_size(entry.path()) / 2, "damage");
    }
  CHECK(tables == 1);
  const auto store = opened(place);
  const auto scanned = store->scan("", [](auto, auto) { return true; });
  CHECK(scanned.code == store_error::damaged);
  CHECK(contains(scanned.text, place.directory()));
}

TEST_CASE("without its file CURRENT a database is damaged, not new and empty") {
  leveldb_place place;
  {
    const auto store = opened(place);
    REQUIRE(store->commit(put("a0", "x"), true).ok());
  }
  const auto current = place.directory() + "/CURRENT";
  fs::rename(current, place.directory() + "/kept");
  CHECK(place.open().state.code == store_error::damaged);
  fs::rename(place.directory() + "/kept", current);
  CHECK(commits_in(*opened(place)) == 1);
}

TEST_CASE("a database of before the mark that has lost every entry is reported") {
  leveldb_place place;
  opened(place).reset();
  place.erase_behind("F");
  place.erase_behind(std::string("N\0\0\0\0\0\0\0\x01", 9));
  CHECK(place.open().state.code == store_error::damaged);
  fs::remove(place.directory() + "/SYNCED");
  const auto result = place.open();
  REQUIRE(result.state.ok());
  CHECK(result.report.created);
  CHECK(result.report.warnings.size() == 1);
}

TEST_CASE("a directory with files of others is no data directory and stays as it is") {
  const scratch_directory scratch;
  const auto directory = scratch.path("theirs");
  fs::create_directory(directory);
  SUBCASE("a file") {
    std::ofstream(directory + "/passwd") << "x";
  }
  SUBCASE("somebody's log") {
    std::ofstream(directory + "/install.log") << "x";
  }
  SUBCASE("a directory") {
    fs::create_directory(directory + "/conf.d");
  }
  const auto refused = open_leveldb_store(directory);
  CHECK(refused.state.code == store_error::foreign);
  CHECK(contains(refused.state.text, directory + " is not empty"));
  CHECK(std::distance(fs::directory_iterator(directory), {}) == 1);
}

TEST_CASE("what a killed first start or a new file system leaves is no obstacle") {
  leveldb_place place;
  fs::create_directory(place.directory());
  for (const auto* name : {"LOCK", "LOG", "LOG.old", "MANIFEST-000001", "000001.dbtmp"})
    std::ofstream(place.directory() + "/" + name).flush();
  for (const auto* name : {"lost", "lost+found"})
    fs::create_directory(place.directory() + "/" + name);
  CHECK(opened(place) != nullptr);
}

TEST_CASE("an existing database does not mind further files beside it") {
  leveldb_place place;
  opened(place).reset();
  std::ofstream(place.directory() + "/notes.txt") << "x";
  CHECK(opened(place) != nullptr);
}
