// A store of key-value bytes that keeps its promises through crashes: the interface of the LevelDB
// store and of its in-memory twin, and what both have in common: the format entry, the numbers of
// synced batches, and fail-stop.
// Used by one thread at a time, but for `sync`. Must not know: records (codec.hpp, recovery.hpp).
#pragma once

#include "persistence/batch_numbers.hpp"
#include "persistence/open_report.hpp"
#include "persistence/write_batch.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::persistence {

enum class store_error : std::uint8_t {
  none = 0,
  in_use = 1,       ///< another process, or another store of this one, has it open
  unusable = 2,     ///< it cannot be created, read or written where it is
  foreign = 3,      ///< a database, but not one of ours
  newer_format = 4, ///< written by a newer program
  damaged = 5,      ///< bytes are not what was written, beyond what start-up may repair
  io = 6,           ///< a read or write failed
  stopped = 7       ///< refused, since a write failed earlier
};

/// The answer of a store. `text` is a sentence for the operator; it names the directory.
struct [[nodiscard]] status {
  store_error code = store_error::none;
  std::string text;
  [[nodiscard]] bool ok() const { return code == store_error::none; }
};

/// What `get` found: `value` is empty when there is no such key.
struct [[nodiscard]] get_result {
  status state;
  std::optional<std::string> value;
};

struct store_options {
  /// How many of the last synced batches keep their number on disk. They are to cover what is in
  /// LevelDB's log only: two write buffers full of small batches.
  std::uint64_t kept_numbers = 65536;
  /// Opens a database whose log is damaged or in part gone, without what was in there. After a look
  /// by a human.
  bool skip_damaged_log = false;
};

/// Whatever is not ours to repair ends in an error; after the first failed commit everything does.
class store {
public:
  /// Return false to stop the scan.
  using scan_callback = std::function<bool(std::string_view key, std::string_view value)>;

  store() = default;
  store(const store&) = delete;
  store& operator=(const store&) = delete;
  virtual ~store() = default;

  /// All of `batch` or nothing of it. When it returns, the batch survives the death of this
  /// process; with `sync` also a power cut. A synced batch does not make unsynced ones before it
  /// durable (R13). After an error the caller must end the process: what is on disk is unknown.
  status commit(write_batch batch, bool sync);

  /// A synced commit in three parts, of which the second, the long one, may run in another thread
  /// while the first one goes on reading and making commits without sync. One at a time.
  status begin_sync(write_batch batch);
  status sync() { return do_sync(); }
  /// `how`: what `sync` has returned, which is returned again.
  status end_sync(status how);

  /// A commit without sync might have to wait for the disk now.
  virtual bool may_wait() { return false; }

  get_result get(std::string_view key);

  /// Every entry whose key begins with `prefix`, in the order of the keys as bytes, as they were
  /// when the scan began.
  status scan(std::string_view prefix, const scan_callback& on_entry);

  /// Bytes that the entries take, about.
  virtual std::uint64_t approximate_bytes() = 0;
  /// Bytes left for us on the file system; 0 when nobody can tell.
  virtual std::uint64_t free_bytes() = 0;

protected:
  /// To be called once, after opening: checks or writes the format entry, looks for gaps in the
  /// numbers. `name` is what error texts call this store, such as "data directory /x".
  status start(const std::string& name, const store_options& options, open_report& report);

private:
  /// Survives the death of this process. `sync_follows`: a `do_sync` is to come for it.
  virtual status do_commit(const write_batch& batch, bool sync_follows) = 0;
  /// Makes the last batch that began a sync durable, and may make others so.
  virtual status do_sync() = 0;
  virtual get_result do_get(std::string_view key) = 0;
  virtual status do_scan(std::string_view prefix, const scan_callback& on_entry) = 0;
  /// The number of a synced batch, kept where no loss of batches reaches it. Must not wait.
  virtual void note(std::uint64_t /*number*/) {}
  /// The last one noted, or an earlier one; 0: none.
  virtual std::uint64_t noted() { return 0; }
  /// Bytes that were written are not there any more, or differ.
  [[nodiscard]] virtual status damage(const std::string& name, const std::string& what) const;

  status check_format(const std::string& name, const store_options& options, open_report& report);
  status without_format(const std::string& name, const store_options& options, open_report& report);
  status check_numbers(const std::string& name, const store_options& options, open_report& report);

  status write(const write_batch& batch, bool sync_follows);
  status refusal() const;

  status failed_; ///< of the first failed commit
  batch_numbers numbers_;
  bool has_format_ = true; ///< the format entry is there
};

/// What opening a store gives: `opened` is set exactly if `state` is ok.
struct [[nodiscard]] open_result {
  status state;
  std::unique_ptr<store> opened;
  open_report report;
};

} // namespace evenkeel::persistence
