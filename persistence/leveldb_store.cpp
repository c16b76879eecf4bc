#include "persistence/leveldb_store.hpp"

#include "persistence/data_directory.hpp"

#include <leveldb/db.h>
#include <leveldb/write_batch.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace evenkeel::persistence {

namespace {

constexpr std::size_t write_buffer_bytes = std::size_t{16} << 20;

leveldb::Slice slice_of(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

std::string_view view_of(const leveldb::Slice& bytes) {
  return {bytes.data(), bytes.size()};
}

std::string name_of(const std::string& directory) {
  return "data directory " + directory;
}

status damaged(const std::string& directory, const std::string& what) {
  return {
      store_error::damaged,
      "the database in " + name_of(directory) + " is damaged (" + what
          + "). Stop, copy the directory and check the disk. A damaged log alone can be skipped "
            "once (skip_damaged_log), without the changes that it hides. A proxy's directory "
            "may be removed: the nodes hold all that is in it. A node's may not: it is the only "
            "copy of its tickets"};
}

status translate(const leveldb::Status& from, const std::string& directory) {
  if (from.ok())
    return {};
  if (from.IsCorruption())
    return damaged(directory, from.ToString());
  return {store_error::io, name_of(directory) + ": " + from.ToString()};
}

class leveldb_store final : public store {
public:
  leveldb_store(std::string directory, std::unique_ptr<leveldb::DB> db)
      : directory_(std::move(directory)), db_(std::move(db)) {}

  status begin(const store_options& options, open_report& report) {
    return start(name_of(directory_), options, report);
  }

  std::uint64_t approximate_bytes() override {
    std::uint64_t in_tables = 0;
    const leveldb::Range everything("", "\xff");
    db_->GetApproximateSizes(&everything, 1, &in_tables);
    std::string in_memory;
    if (!db_->GetProperty("leveldb.approximate-memory-usage", &in_memory))
      return in_tables;
    return in_tables + std::stoull(in_memory);
  }

  std::uint64_t free_bytes() override { return free_bytes_at(directory_); }

private:
  status do_commit(const write_batch& batch, bool sync) override {
    leveldb::WriteBatch operations;
    batch.for_each([&](auto key, auto value) { operations.Put(slice_of(key), slice_of(value)); },
                   [&](auto key) { operations.Delete(slice_of(key)); });
    leveldb::WriteOptions how;
    how.sync = sync;
    return translate(db_->Write(how, &operations), directory_);
  }

  get_result do_get(std::string_view key) override {
    std::string value;
    const auto got = db_->Get(reading(true), slice_of(key), &value);
    if (got.IsNotFound())
      return {};
    if (!got.ok())
      return {translate(got, directory_), {}};
    return {{}, std::move(value)};
  }

  status do_scan(std::string_view prefix, const scan_callback& on_entry) override {
    const std::unique_ptr<leveldb::Iterator> at(db_->NewIterator(reading(false)));
    for (at->Seek(slice_of(prefix)); at->Valid(); at->Next()) {
      const auto key = view_of(at->key());
      if (!key.starts_with(prefix) || !on_entry(key, view_of(at->value())))
        break;
    }
    return translate(at->status(), directory_);
  }

  static leveldb::ReadOptions reading(bool cached) {
    leveldb::ReadOptions how;
    how.verify_checksums = true;
    how.fill_cache = cached;
    return how;
  }

  std::string directory_;
  std::unique_ptr<leveldb::DB> db_;
};

leveldb::Options leveldb_options(bool strict, bool create) {
  leveldb::Options options;
  options.create_if_missing = create;
  options.paranoid_checks = strict;
  options.reuse_logs = false; // R13
  options.write_buffer_size = write_buffer_bytes;
  // Records are mostly small integers and text: a third of the bytes to write again in compactions,
  // for work in LevelDB's own thread.
  options.compression = leveldb::kSnappyCompression;
  return options;
}

/// LevelDB takes a directory without CURRENT for a new one and deletes every table in it.
bool holds_tables(const std::string& directory) {
  std::error_code ignored;
  const auto entries = std::filesystem::directory_iterator(directory, ignored);
  return std::any_of(begin(entries), end(entries), [](const auto& entry) {
    const auto extension = entry.path().extension();
    return extension == ".ldb" || extension == ".sst" || extension == ".log";
  });
}

status explain_failed_open(const leveldb::Status& from, const std::string& directory) {
  // LevelDB reports a lock that somebody else holds as one more I/O error.
  const auto lock_failed = "lock " + directory + "/LOCK: ";
  const auto text = from.ToString();
  if (text.find(lock_failed + "already held by process") != std::string::npos)
    return {store_error::in_use, name_of(directory) + " is already open in this process"};
  if (text.find(lock_failed + std::generic_category().message(EAGAIN)) != std::string::npos) {
    const auto holder = lock_holder(directory);
    return {store_error::in_use, name_of(directory) + " is in use by another process"
                                     + (holder ? " (pid " + std::to_string(*holder) + ")" : "")};
  }
  auto result = translate(from, directory);
  if (result.code == store_error::io)
    result.code = store_error::unusable;
  return result;
}

leveldb::Status open_database(const std::string& directory, bool strict, bool create,
                              std::unique_ptr<leveldb::DB>& db) {
  leveldb::DB* opened = nullptr;
  auto result = leveldb::DB::Open(leveldb_options(strict, create), directory, &opened);
  db.reset(opened);
  return result;
}

} // namespace

open_result open_leveldb_store(const std::string& directory, const store_options& options) {
  if (auto made = make_data_directory(directory); !made.ok())
    return {std::move(made), nullptr, {}};
  const bool existed = std::filesystem::exists(directory + "/CURRENT");
  if (!existed && holds_tables(directory))
    return {damaged(directory, "its file CURRENT is missing"), nullptr, {}};

  open_result result;
  std::unique_ptr<leveldb::DB> db;
  auto opened = open_database(directory, true, !existed, db);
  if (opened.IsCorruption() && options.skip_damaged_log) {
    result.report.warnings.push_back("skipped damage in the log of " + name_of(directory) + ": "
                                     + opened.ToString());
    opened = open_database(directory, false, false, db); // turns the log into a table
    db.reset();
    if (opened.ok())
      opened = open_database(directory, true, false, db);
  }
  if (!opened.ok()) {
    result.state = explain_failed_open(opened, directory);
    return result;
  }
  result.state = sync_directory(directory); // LevelDB renames CURRENT without
  auto fresh = std::make_unique<leveldb_store>(directory, std::move(db));
  if (result.state.ok())
    result.state = fresh->begin(options, result.report);
  if (result.report.created && existed)
    result.report.warnings.push_back(name_of(directory) + " had a database without any entry");
  if (result.state.ok())
    result.opened = std::move(fresh);
  return result;
}

} // namespace evenkeel::persistence
