// What the store asks of the disk. fdatasync and fsync below stand before those of the C library,
// for LevelDB too, so that calls can be counted and can fail.
#include "persistence/log_syncer.hpp"
#include "persistence/synced_mark.hpp"
#include "test/persistence/store_places.hpp"

#include <doctest/doctest.h>

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace {

std::atomic<int> file_syncs{0};
std::atomic<int> other_syncs{0};
std::atomic<bool> syncs_fail{false};

int sync_with(long number, int file, std::atomic<int>& counter) {
  ++counter;
  if (syncs_fail) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(number, file));
}

} // namespace

extern "C" int fdatasync(int file) {
  return sync_with(SYS_fdatasync, file, file_syncs);
}

extern "C" int fsync(int file) {
  return sync_with(SYS_fsync, file, other_syncs);
}

namespace {

using namespace evenkeel::persistence;
using namespace evenkeel::test;

} // namespace

TEST_CASE("a synced commit waits for the disk once, an unsynced one never") {
  leveldb_place place;
  const auto store = opened(place);
  const int before = file_syncs;
  REQUIRE(store->commit(put("a", "1"), false).ok());
  CHECK(file_syncs == before);
  REQUIRE(store->commit(put("b", "1"), true).ok());
  CHECK(file_syncs == before + 1);
}

TEST_CASE("commits without sync go on between the parts of one with, and wait for nothing") {
  leveldb_place place;
  const auto store = opened(place);
  const int before = file_syncs;
  const auto noted = read_mark(place.directory()).number;
  REQUIRE(store->begin_sync(put("a", "1")).ok());
  REQUIRE(store->commit(put("b", "1"), false).ok());
  CHECK(file_syncs == before);
  CHECK(read_mark(place.directory()).number == noted);
  REQUIRE(store->end_sync(store->sync()).ok());
  CHECK(file_syncs == before + 1);
  CHECK(read_mark(place.directory()).number == noted + 1);
}

TEST_CASE("a new directory and its parent are fsynced, and an old one once it is open") {
  leveldb_place place;
  const int before = other_syncs;
  opened(place).reset();
  const int after_creation = other_syncs;
  opened(place).reset();
  CHECK(after_creation - before >= 3);
  CHECK(other_syncs > after_creation);
}

TEST_CASE("a failure of the log is told to everybody who asks from then on, not once") {
  class failing_once final : public log_handle {
  public:
    status sync() override {
      return std::exchange(failed_, true) ? status{} : status{store_error::io, "a bad sector"};
    }
    void fill(std::uint64_t, std::uint64_t) override {}
    void cut(std::uint64_t) override {}

  private:
    bool failed_ = false;
  };
  log_syncer logs{[](const std::string&, status&) { return std::make_shared<failing_once>(); }};
  status how;
  const auto log = logs.begun("1.log", how);
  CHECK(logs.sync().code == store_error::io);
  CHECK(logs.sync().text == "a bad sector");
  logs.closed(*log);
  CHECK(logs.sync().code == store_error::io);
}

TEST_CASE("after a failed fsync nothing more is acknowledged, even when the disk is well again") {
  leveldb_place place;
  const auto store = opened(place);
  const auto noted = read_mark(place.directory()).number;
  syncs_fail = true;
  const auto failed = store->commit(put("a", "1"), true);
  syncs_fail = false;
  CHECK(failed.code == store_error::io);
  CHECK(store->commit(put("a", "2"), true).code == store_error::stopped);
  CHECK(read_mark(place.directory()).number == noted);
}
