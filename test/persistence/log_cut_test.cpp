// What a power cut leaves at the end of a log that was filled with zeros ahead, and how it is told
// from damage to what was synced (log_cut.hpp).
#include "persistence/log_cut.hpp"

#include "persistence/inspection.hpp"
#include "persistence/leveldb_store.hpp"
#include "persistence/log_files.hpp"
#include "persistence/overlay_env.hpp"
#include "persistence/synced_mark.hpp"
#include "test/persistence/damage.hpp"
#include "test/persistence/store_places.hpp"

#include <doctest/doctest.h>
#include <leveldb/env.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <string>
#include <vector>

namespace {

using namespace evenkeel::persistence;
using namespace evenkeel::test;
namespace fs = std::filesystem;

/// A directory as a kill leaves it, with one log, whose batches' ends are known.
class killed_store {
public:
  /// One batch for each letter: 's' is synced, 'l' is not. Their keys are the numbers from 0 on.
  explicit killed_store(const std::string& kinds, std::size_t bytes = 2000) {
    leveldb_place place;
    const auto store = opened(place);
    ends_.push_back(written_bytes(log_in(place.directory())));
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      REQUIRE(store->commit(put(std::to_string(i), std::string(bytes, 'x')), kinds[i] == 's').ok());
      ends_.push_back(written_bytes(log_in(place.directory())));
    }
    fs::copy(place.directory(), directory());
  }
  [[nodiscard]] std::string directory() const { return scratch_.path("killed"); }
  [[nodiscard]] fs::path log() const { return log_in(directory()); }

  /// The n-th batch reads as zeros, or its last part.
  void lose(std::size_t batch) const { zero(ends_[batch], ends_[batch + 1]); }
  void lose_end_of(std::size_t batch) const {
    zero((ends_[batch] + ends_[batch + 1]) / 2, ends_[batch + 1]);
  }
  void lose_mark() const { fs::remove(directory() + "/" + std::string(synced_mark::file_name)); }

  [[nodiscard]] open_result open() const { return open_leveldb_store(directory(), {}); }

private:
  void zero(std::uint64_t from, std::uint64_t to) const {
    overwrite(log(), from, std::string(to - from, '\0'));
  }

  scratch_directory scratch_;
  std::vector<std::uint64_t> ends_;
};

std::string keys_of(store& from) {
  std::string keys;
  REQUIRE(from.scan("",
                    [&](auto key, auto) {
                      if (key.size() == 1 && key.front() >= '0' && key.front() <= '9')
                        keys += key;
                      return true;
                    })
              .ok());
  return keys;
}

std::string keys_after_start(const killed_store& killed) {
  const auto result = killed.open();
  INFO(result.state.text);
  REQUIRE(result.state.ok());
  return keys_of(*result.opened);
}

} // namespace

TEST_CASE("a log of an open store has zeros behind what is written, and none once it is closed") {
  leveldb_place place;
  {
    const auto store = opened(place);
    const auto log = log_in(place.directory());
    CHECK(fs::file_size(log) > 100'000);
    const auto found = scan_log(content_of(log));
    REQUIRE(found.size() == 1);
    CHECK(found.front().what == log_stretch::nature::zeroed_end);
    for (int i = 0; i < 200; ++i) // past what was filled at first
      REQUIRE(store->commit(put("a", std::string(5'000, 'x')), i % 10 == 0).ok());
    CHECK(written_bytes(log) > 1'000'000);
    CHECK(written_bytes(log) < fs::file_size(log));
  }
  CHECK(scan_log(content_of(log_in(place.directory()))).empty());
}

TEST_CASE("a process killed in the middle of a write loses that batch alone, without a word") {
  const killed_store killed("slsl");
  killed.lose_end_of(3);
  const auto result = killed.open();
  REQUIRE(result.state.ok());
  CHECK(result.report.warnings.empty());
  CHECK(keys_of(*result.opened) == "012");
}

TEST_CASE("the same where the batch spans several blocks") {
  for (const auto bytes : {std::size_t{40'000}, std::size_t{90'000}}) {
    const killed_store killed("sl", bytes);
    killed.lose_end_of(1);
    CHECK(keys_after_start(killed) == "0");
  }
}

TEST_CASE("what is whole behind a hole goes with it, and the start says so") {
  const killed_store killed("sslll");
  SUBCASE("all of a batch is lost") {
    killed.lose(2);
  }
  SUBCASE("a part of it is lost") {
    killed.lose_end_of(2);
  }
  const auto result = killed.open();
  INFO(result.state.text);
  REQUIRE(result.state.ok());
  REQUIRE(result.report.warnings.size() == 1);
  CHECK(result.report.warnings.front().find("was cut after byte") != std::string::npos);
  CHECK(keys_of(*result.opened) == "01");
}

TEST_CASE("a batch that was being synced may be behind the hole, or in it") {
  SUBCASE("behind") {
    const killed_store killed("slls");
    killed.lose_mark(); // it has never been noted
    killed.lose_end_of(1);
    CHECK(keys_after_start(killed) == "0");
  }
  SUBCASE("in it") {
    const killed_store killed("slsl");
    killed.lose_mark();
    killed.lose_end_of(2);
    CHECK(keys_after_start(killed) == "01");
  }
}

TEST_CASE("a hole in front of a batch that is known to be synced is damage") {
  SUBCASE("by the number of the next one") {
    const killed_store killed("slssl");
    killed.lose_mark();
    killed.lose_end_of(1);
    CHECK(killed.open().state.code == store_error::damaged);
  }
  SUBCASE("by the number of the next one, which alone is left") {
    const killed_store killed("slssl");
    killed.lose_mark();
    killed.lose_end_of(2);
    CHECK(killed.open().state.code == store_error::damaged);
  }
  SUBCASE("by SYNCED") {
    const killed_store killed("slsl");
    killed.lose_end_of(1);
    CHECK(killed.open().state.code == store_error::damaged);
  }
  SUBCASE("it took the last one that SYNCED knows") {
    const killed_store killed("slsl");
    killed.lose_end_of(2);
    CHECK(killed.open().state.code == store_error::damaged);
  }
}

TEST_CASE("work of a layer in memory over another does not wait for that one's") {
  overlay_env below(leveldb::Env::Default());
  overlay_env above(&below);
  std::promise<void> done;
  above.Schedule([](void* promise) { static_cast<std::promise<void>*>(promise)->set_value(); },
                 &done);
  above.let_go();
  constexpr auto for_ever = std::chrono::minutes(2);
  CHECK((done.get_future().wait_for(for_ever) == std::future_status::ready));
}

TEST_CASE("an inspection shows what is cut off as normal, and changes nothing") {
  const killed_store killed("sslll");
  killed.lose_end_of(2);
  const auto before = snapshot(killed.directory());
  const auto found = inspect(killed.directory());
  CHECK(found.state.ok());
  CHECK(found.problems.empty());
  CHECK(found.needed < remedy::skip_log);
  REQUIRE(found.log_stretches.size() == 1);
  CHECK(found.log_stretches.front().where.what == log_stretch::nature::cut_off);
  CHECK(snapshot(killed.directory()) == before);
}

TEST_CASE("no log is cut while somebody has it open, or has had it since") {
  const killed_store killed("sslll");
  killed.lose_end_of(2);
  auto* files = leveldb::Env::Default();
  SUBCASE("open") {
    leveldb::FileLock* lock = nullptr;
    REQUIRE(files->LockFile(killed.directory() + "/LOCK", &lock).ok());
    const auto before = content_of(killed.log());
    CHECK(killed.open().state.code == store_error::in_use);
    CHECK(content_of(killed.log()) == before);
    files->UnlockFile(lock);
  }
  SUBCASE("since") {
    const auto some = [](overlay_env&) { return std::optional<std::uint64_t>(1); };
    const auto cut = find_log_cut(*files, killed.directory(), some);
    REQUIRE(cut);
    overwrite(killed.log(), 0, "changed");
    const auto changed = content_of(killed.log());
    CHECK(carry_out(*cut, *files, killed.directory()).ok());
    CHECK(content_of(killed.log()) == changed);
  }
}
