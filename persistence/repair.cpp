#include "persistence/repair.hpp"

#include "persistence/codec.hpp"
#include "persistence/data_directory.hpp"
#include "persistence/directory_copy.hpp"
#include "persistence/leveldb_store.hpp"
#include "persistence/log_files.hpp"
#include "persistence/log_salvage.hpp"
#include "persistence/quarantine.hpp"
#include "persistence/rebuild.hpp"
#include "persistence/recovery.hpp"
#include "persistence/synced_mark.hpp"

#include <leveldb/env.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

namespace evenkeel::persistence {

namespace {

/// LevelDB's lock on a directory, for as long as this lives.
class directory_lock {
public:
  explicit directory_lock(const std::string& directory) {
    (void)leveldb::Env::Default()->LockFile(directory + "/LOCK", &lock_);
  }
  directory_lock(const directory_lock&) = delete;
  directory_lock& operator=(const directory_lock&) = delete;
  ~directory_lock() {
    if (lock_ != nullptr)
      leveldb::Env::Default()->UnlockFile(lock_);
  }
  [[nodiscard]] bool held() const { return lock_ != nullptr; }

private:
  leveldb::FileLock* lock_ = nullptr;
};

/// Numbers that were promised to nobody before, whatever was lost.
std::vector<record::change> skipped_numbers(const inspection& found) {
  std::vector<record::change> changes;
  if (found.node) {
    auto node = *found.node;
    node.incarnation_counter += skipped_starts;
    changes.push_back(record::put(node));
    changes.push_back(record::put(record::issued{found.next_sequence + skipped_sequences}));
  }
  if (found.proxy) {
    auto proxy = *found.proxy;
    proxy.epoch_counter += skipped_starts;
    proxy.settled = false; // nodes that it knew of may be gone from its records
    changes.push_back(record::put(proxy));
  }
  return changes;
}

class repairing {
public:
  repairing(std::string directory, const inspection& found, std::int64_t wall_ms)
      : directory_(std::move(directory)), found_(found), wall_ms_(wall_ms) {}

  repair_report operator()() {
    if (!found_.state.ok())
      report_.state = found_.state;
    else if (found_.needed == remedy::beyond)
      report_.state = {store_error::damaged,
                       "data directory " + directory_ + " cannot be repaired: restore it"};
    else if (lossy())
      report_.state = make_usable();
    if (report_.state.ok())
      report_.state = settle();
    return std::move(report_);
  }

private:
  [[nodiscard]] bool lossy() const { return found_.needed >= remedy::skip_log; }

  status make_usable() {
    const directory_lock lock(directory_);
    if (!lock.held())
      return {store_error::in_use, "data directory " + directory_ + " is in use"};
    if (auto copied = copy_database(directory_, report_.copy); !copied.ok())
      return copied;
    report_.done.push_back("copied the database, as it was, to " + report_.copy);
    auto& files = *leveldb::Env::Default();
    if (auto salvaged = salvage_logs(directory_, files, damaged_logs_); !salvaged.ok())
      return salvaged;
    if (damaged_logs_ > 0)
      report_.done.emplace_back("kept what is whole of damaged logs");
    if (auto moved = set_damaged_mark_aside(); !moved.ok())
      return moved;
    auto done = found_.needed == remedy::rebuild ? put_together(files) : status{};
    return done.ok() ? sync_directory(directory_) : done;
  }

  /// Opening then writes a new one.
  status set_damaged_mark_aside() {
    mark_was_damaged_ = !read_mark(directory_).problem.empty();
    if (!mark_was_damaged_)
      return {};
    const auto from = path_in(directory_, synced_mark::file_name);
    const auto to = path_in(directory_ + "/lost", synced_mark::file_name);
    if (auto made = make_data_directory(directory_ + "/lost"); !made.ok())
      return made;
    std::error_code error;
    std::filesystem::rename(from, to, error);
    if (error)
      return {store_error::unusable, "cannot move " + from + " to " + to + ": " + error.message()};
    report_.done.push_back("moved the damaged SYNCED to " + to + " and begins a new one");
    return {};
  }

  status put_together(leveldb::Env& files) {
    const bool tables_were_named = has_whole_manifest(files, directory_);
    std::uint64_t damaged_tables = 0;
    if (auto rebuilt = rebuild(directory_, files, damaged_tables); !rebuilt.ok())
      return rebuilt;
    report_.done.emplace_back("put the database together again from its readable tables and logs: "
                              "what was erased shortly before may be back");
    if (damaged_tables > 0)
      report_.lost.emplace_back("records in unreadable parts of tables are gone");
    else if (tables_were_named)
      report_.lost.emplace_back("records in tables that are missing are gone");
    else
      report_.done.emplace_back("every table that is there was read; whether one is missing cannot "
                                "be told without the MANIFEST");
    return {};
  }

  /// More than tables: part of the log is gone, or of the numbers of synced batches.
  [[nodiscard]] bool log_was_hit(const open_report& opened) const {
    return damaged_logs_ > 0 || !opened.missing_batches.empty()
           || (found_.needed == remedy::skip_log && !mark_was_damaged_);
  }

  status settle() {
    store_options options;
    options.skip_damaged_log = lossy();
    const auto opened = open_leveldb_store(directory_, options);
    add(opened.report.warnings);
    if (!opened.state.ok())
      return opened.state;
    open_report recovered;
    auto state = recover(
        *opened.opened, [](record::value&&) {}, recovered, wall_ms_);
    add(recovered.warnings);
    if (!state.ok() || !lossy())
      return state;
    if (log_was_hit(opened.report))
      report_.lost.emplace_back("what the damaged or missing part held is gone: tickets, results, "
                                "or what was known of them");
    if (mark_was_damaged_)
      report_.lost.emplace_back("what stood at the end of the log may be gone: without SYNCED "
                                "nobody can tell");
    const auto changes = skipped_numbers(found_);
    if (changes.empty())
      return {};
    report_.done.emplace_back("numbers go on with a large step, so that none of those that may be "
                              "lost is given again");
    return opened.opened->commit(encode(changes), true);
  }

  void add(const std::vector<std::string>& sentences) {
    report_.done.insert(report_.done.end(), sentences.begin(), sentences.end());
  }

  std::string directory_;
  const inspection& found_;
  std::int64_t wall_ms_;
  std::uint64_t damaged_logs_ = 0;
  bool mark_was_damaged_ = false;
  repair_report report_;
};

} // namespace

repair_report repair(const std::string& directory, const inspection& found, std::int64_t wall_ms) {
  return repairing(directory, found, wall_ms)();
}

status empty_quarantine(const std::string& directory, std::uint64_t& count) {
  const auto opened = open_leveldb_store(directory);
  return opened.state.ok() ? drop_quarantine(*opened.opened, count) : opened.state;
}

} // namespace evenkeel::persistence
