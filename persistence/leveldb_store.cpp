#include "persistence/leveldb_store.hpp"

#include "persistence/access_check.hpp"
#include "persistence/captured_log.hpp"
#include "persistence/data_directory.hpp"
#include "persistence/leveldb_errors.hpp"
#include "persistence/log_cut.hpp"
#include "persistence/log_files.hpp"
#include "persistence/store_env.hpp"
#include "persistence/synced_mark.hpp"

#include <leveldb/db.h>
#include <leveldb/env.h>
#include <leveldb/write_batch.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace evenkeel::persistence {

namespace {

leveldb::Slice slice_of(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

std::string_view view_of(const leveldb::Slice& bytes) {
  return {bytes.data(), bytes.size()};
}

struct closer {
  std::function<void()> before;
  void operator()(leveldb::DB* db) const {
    if (before)
      before();
    delete db;
  }
};
using database = std::unique_ptr<leveldb::DB, closer>;

class leveldb_store final : public store {
public:
  leveldb_store(std::string directory, std::unique_ptr<store_env> files,
                std::shared_ptr<log_syncer> logs, database db, bool read_only)
      : directory_(std::move(directory)), files_(std::move(files)), logs_(std::move(logs)),
        db_(std::move(db)), mark_(directory_, read_only) {}

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

  /// LevelDB holds up a writer only while its own thread has not caught up.
  bool may_wait() override { return files_->works_in_background(); }

private:
  status do_commit(const write_batch& batch, bool /*sync_follows*/) override {
    leveldb::WriteBatch operations;
    batch.for_each([&](auto key, auto value) { operations.Put(slice_of(key), slice_of(value)); },
                   [&](auto key) { operations.Delete(slice_of(key)); });
    return translate(db_->Write(leveldb::WriteOptions{}, &operations), directory_, *files_);
  }

  status do_sync() override {
    auto synced = logs_ ? logs_->sync() : status{};
    if (!synced.ok())
      synced.text = name_of(directory_) + ": " + synced.text;
    return synced;
  }

  get_result do_get(std::string_view key) override {
    std::string value;
    const auto got = db_->Get(reading(true), slice_of(key), &value);
    if (got.IsNotFound())
      return {};
    if (!got.ok())
      return {translate(got, directory_, *files_), {}};
    return {{}, std::move(value)};
  }

  status do_scan(std::string_view prefix, const scan_callback& on_entry) override {
    const std::unique_ptr<leveldb::Iterator> at(db_->NewIterator(reading(false)));
    for (at->Seek(slice_of(prefix)); at->Valid(); at->Next()) {
      const auto key = view_of(at->key());
      if (!key.starts_with(prefix) || !on_entry(key, view_of(at->value())))
        break;
    }
    return translate(at->status(), directory_, *files_);
  }

  void note(std::uint64_t number) override { mark_.note(number); }
  std::uint64_t noted() override { return mark_.number(); }
  [[nodiscard]] status damage(const std::string& /*name*/, const std::string& what) const override {
    return damaged(directory_, what);
  }

  static leveldb::ReadOptions reading(bool cached) {
    leveldb::ReadOptions how;
    how.verify_checksums = true;
    how.fill_cache = cached;
    return how;
  }

  std::string directory_;
  std::unique_ptr<store_env> files_; ///< outlives db_
  std::shared_ptr<log_syncer> logs_; ///< null: nothing is synced
  database db_;
  synced_mark mark_;
};

leveldb::Options leveldb_options(const environment& on, bool strict, bool create) {
  leveldb::Options options;
  options.info_log = on.log;
  options.write_buffer_size = on.log_bytes;
  options.create_if_missing = create;
  options.paranoid_checks = strict;
  options.reuse_logs = false; // R13
  // Records are mostly small integers and text: a third of the bytes to write again in compactions,
  // for work in LevelDB's own thread.
  options.compression = leveldb::kSnappyCompression;
  return options;
}

/// LevelDB takes a directory without CURRENT for a new one and deletes every table in it.
bool had_database(leveldb::Env& files, const std::string& directory) {
  std::vector<std::string> names;
  (void)files.GetChildren(directory, &names); // none where it cannot be read: opening tells why
  const auto mark = read_mark(directory);
  return mark.number > 0 || !mark.problem.empty()
         || std::any_of(names.begin(), names.end(),
                        [](const auto& name) { return is_table(name) || is_log(name); });
}

/// What makes a database damaged although LevelDB would open it; in words, empty: nothing.
std::string silent_damage(leveldb::Env& files, const std::string& directory) {
  auto damage = damage_in_logs(files, directory);
  if (!damage.empty())
    return damage;
  damage = read_mark(directory).problem;
  return damage.empty() ? damage : damage + ": whether its log lost its end cannot be told";
}

environment with_defaults(environment on) {
  if (on.files == nullptr)
    on.files = leveldb::Env::Default();
  if (!on.open_log)
    on.open_log = open_log_handle;
  if (on.read_only)
    on.sync_directory = [](const std::string&) { return status{}; };
  else if (!on.sync_directory)
    on.sync_directory = sync_directory;
  return on;
}

/// One directory that is being opened.
class opening {
public:
  opening(std::string directory, environment on)
      : directory_(std::move(directory)), on_(with_defaults(std::move(on))),
        logs_(on_.read_only ? nullptr : std::make_shared<log_syncer>(on_.open_log)),
        files_(std::make_unique<store_env>(on_.files, on_.sync_directory, logs_)) {}

  open_result operator()(const store_options& options) {
    open_result result;
    if (!on_.read_only)
      result.state = make_data_directory(directory_);
    if (result.state.ok())
      result.state = check_access(directory_);
    const bool existed = files_->FileExists(directory_ + "/CURRENT");
    if (result.state.ok() && !existed && had_database(*files_, directory_))
      result.state = damaged(directory_, "its file CURRENT is missing");
    else if (result.state.ok() && !existed)
      result.state = refuse_foreign();
    if (result.state.ok())
      result.state = open_database(options, existed, result.report);
    if (!result.state.ok())
      return result;
    auto fresh = std::make_unique<leveldb_store>(directory_, std::move(files_), logs_,
                                                 std::move(db_), on_.read_only);
    result.state = on_.sync_directory(directory_);
    if (result.state.ok())
      result.state = fresh->begin(options, result.report);
    if (result.report.created && existed)
      result.report.warnings.push_back(name_of(directory_) + " had a database without any entry");
    if (result.state.ok())
      result.opened = std::move(fresh);
    return result;
  }

private:
  leveldb::Status try_open(bool strict, bool create) {
    auto how = leveldb_options(on_, strict, create);
    how.env = files_.get();
    leveldb::DB* opened = nullptr;
    auto result = leveldb::DB::Open(how, directory_, &opened);
    db_ = database(opened, closer{on_.before_close});
    const auto& kept = files_->current_kept();
    return result.ok() && !kept.ok() ? leveldb::Status::IOError(kept.text) : result;
  }

  /// What a power cut may have left behind the newest log's whole batches goes.
  status cut_newest_log(open_report& report) {
    const auto last_number = [this](overlay_env& files) { return last_number_in(files); };
    const auto cut = find_log_cut(*files_, directory_, last_number);
    if (!cut)
      return {};
    report.cut_log = cut->name;
    report.cut_log_bytes = cut->bytes;
    if (cut->drops_whole)
      report.warnings.push_back(cut->name + " of " + name_of(directory_) + " was cut after byte "
                                + std::to_string(cut->bytes)
                                + ": what is behind it was not all written before a power cut, or "
                                  "is damaged; nothing that was acknowledged is missing");
    return locked(
        [&] { return translate(carry_out(*cut, *files_, directory_), directory_, *files_); });
  }

  /// What a killed process has written, before there is a newer log.
  status sync_logs() {
    std::vector<std::string> names;
    (void)files_->GetChildren(directory_, &names); // none if not readable: opening tells why
    for (const auto& name : names) {
      status how;
      const auto log = is_log(name) ? on_.open_log(path_in(directory_, name), how) : nullptr;
      if (log)
        how = log->sync();
      if (!how.ok())
        return how;
    }
    return {};
  }

  [[nodiscard]] std::optional<std::uint64_t> last_number_in(overlay_env& files) const {
    captured_log log;
    const auto trial = opening(directory_, in_memory(files, log))({});
    return trial.state.ok() ? std::optional(trial.report.last_batch) : std::nullopt;
  }

  status open_database(const store_options& options, bool existed, open_report& report) {
    if (existed && !options.skip_damaged_log)
      if (auto done = cut_newest_log(report); !done.ok())
        return done;
    if (existed && !on_.read_only)
      if (auto done = sync_logs(); !done.ok())
        return done;
    auto damage = silent_damage(*files_, directory_);
    if (!damage.empty() && !options.skip_damaged_log)
      return locked([&] { return damaged(directory_, damage); });
    auto opened = try_open(true, !existed);
    if (damage.empty() && opened.IsCorruption())
      damage = opened.ToString();
    if (!damage.empty() && options.skip_damaged_log)
      report.warnings.push_back("skipped damage in the log of " + name_of(directory_) + ": "
                                + damage);
    if (opened.IsCorruption() && options.skip_damaged_log) {
      opened = try_open(false, false); // turns the log into a table
      db_.reset();
      if (opened.ok())
        opened = try_open(true, false);
    }
    return opened.ok() ? status{} : explain_failed_open(opened, directory_, *files_);
  }

  /// A directory without a database is to become one.
  status refuse_foreign() {
    const auto file = foreign_file(*files_, directory_);
    if (file.empty())
      return {};
    return {store_error::foreign, name_of(directory_) + " is not empty (" + file
                                      + " is in it) and holds no database: name a directory that "
                                        "is empty, missing or Evenkeel's own"};
  }

  /// A log that somebody is writing may look damaged.
  template <class Step>
  status locked(Step&& step) {
    leveldb::FileLock* lock = nullptr;
    const auto locked = files_->LockFile(directory_ + "/LOCK", &lock);
    if (!locked.ok())
      return explain_failed_open(locked, directory_, *files_);
    auto result = step();
    files_->UnlockFile(lock);
    return result;
  }

  std::string directory_;
  environment on_;
  std::shared_ptr<log_syncer> logs_;
  std::unique_ptr<store_env> files_;
  database db_;
};

} // namespace

open_result open_leveldb_store(const std::string& directory, const store_options& options,
                               const environment& on) {
  return opening(directory, on)(options);
}

} // namespace evenkeel::persistence
