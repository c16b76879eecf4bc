// The places that every store test runs on: a store that can be closed, damaged behind its back and
// opened again. A new kind of store gets a place here and then passes all tests.
#pragma once

#include "persistence/leveldb_store.hpp"
#include "persistence/memory_store.hpp"

#include <doctest/doctest.h>
#include <leveldb/db.h>

#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace evenkeel::test {

/// A directory of its own that is gone after the test.
class scratch_directory {
public:
  scratch_directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "evenkeel-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error("no scratch directory");
    path_ = pattern;
  }
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  ~scratch_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return path_ + "/" + name; }

private:
  std::string path_;
};

/// While it lives no file of this process can grow.
class full_disk {
public:
  full_disk() {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    auto none = before_;
    none.rlim_cur = 1;
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  full_disk(const full_disk&) = delete;
  full_disk& operator=(const full_disk&) = delete;
  ~full_disk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
  rlimit before_{};
};

class leveldb_place {
public:
  persistence::open_result open(const persistence::store_options& options = {}) {
    return persistence::open_leveldb_store(directory(), options);
  }
  [[nodiscard]] std::string directory() const { return scratch_.path("db"); }

  /// These two while no store is open.
  void put_behind(const std::string& key, const std::string& value) {
    REQUIRE(raw()->Put({}, key, value).ok());
  }
  void erase_behind(const std::string& key) { REQUIRE(raw()->Delete({}, key).ok()); }

  persistence::status commit_failing(persistence::store& store, persistence::write_batch batch) {
    const full_disk full;
    return store.commit(std::move(batch), true);
  }

private:
  [[nodiscard]] std::unique_ptr<leveldb::DB> raw() const {
    leveldb::Options options;
    options.create_if_missing = true;
    leveldb::DB* db = nullptr;
    REQUIRE(leveldb::DB::Open(options, directory(), &db).ok());
    return std::unique_ptr<leveldb::DB>(db);
  }
  scratch_directory scratch_;
};

class memory_place {
public:
  persistence::open_result open(const persistence::store_options& options = {}) {
    return persistence::open_memory_store(disk_, options);
  }
  persistence::memory_disk& disk() { return *disk_; }

  void put_behind(const std::string& key, const std::string& value) {
    disk_->contents()[key] = value;
  }
  void erase_behind(const std::string& key) { disk_->contents().erase(key); }

  persistence::status commit_failing(persistence::store& store, persistence::write_batch batch) {
    disk_->fail_next_write(persistence::store_error::io);
    return store.commit(std::move(batch), true);
  }

private:
  std::shared_ptr<persistence::memory_disk> disk_ = std::make_shared<persistence::memory_disk>();
};

/// Opens and insists on success.
template <class Place>
std::unique_ptr<persistence::store> opened(Place& place,
                                           const persistence::store_options& options = {}) {
  auto result = place.open(options);
  INFO(result.state.text);
  REQUIRE(result.state.ok());
  return std::move(result.opened);
}

inline persistence::write_batch put(const std::string& key, const std::string& value) {
  persistence::write_batch batch;
  batch.put(key, value);
  return batch;
}

inline persistence::write_batch erase(const std::string& key) {
  persistence::write_batch batch;
  batch.erase(key);
  return batch;
}

} // namespace evenkeel::test

TYPE_TO_STRING(evenkeel::test::leveldb_place);
TYPE_TO_STRING(evenkeel::test::memory_place);
