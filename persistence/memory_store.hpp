// The in-memory twin of the LevelDB store, for tests and the simulator: same answers, and a disk
// that forgets on demand what a real one may forget.
#pragma once

#include "persistence/store.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>

namespace evenkeel::persistence {

/// What remains when the store is closed or its process killed. Models LevelDB's two logs: a sync
/// makes durable what is before it in the same log only (R13).
class memory_disk {
public:
  using entries = std::map<std::string, std::string, std::less<>>;

  /// A power cut. Of each log's commits behind its last synced one the first `keep` survive.
  /// The store that was open is to be thrown away, as is the process that it stood for.
  void lose_unsynced(std::size_t keep = 0);
  /// From now on commits go to a new log; what was in the one before the current one is in a table
  /// from here on, hence durable.
  void rotate_log();
  /// The next commit fails with `code`, and nothing of it is written.
  void fail_next_write(store_error code) { next_write_ = code; }
  void set_free_bytes(std::uint64_t bytes) { free_bytes_ = bytes; }
  [[nodiscard]] std::uint64_t free_bytes() const { return free_bytes_; }
  /// Of a copy that was made while a store was open on the original: nobody has it open.
  void closed() { open_ = false; }

  /// As seen by a reader now. Changing it stands for damage behind the store's back.
  entries& contents() { return current_; }
  /// What a power cut with `keep` = 0 would leave.
  [[nodiscard]] entries durable() const;

private:
  friend class memory_store;
  struct logged_commit {
    std::uint64_t log = 0;
    bool sync_follows = false;
    bool durable = false;
    write_batch batch;
  };

  status commit(const write_batch& batch, bool sync_follows);
  /// Makes durable the last commit that this was to follow, and what is before it in its log.
  void sync();
  /// As opening LevelDB does: what it finds in its logs goes into a table, which is synced.
  void make_durable();
  /// Moves commits that nothing can undo any more from the log into `settled_`.
  void settle();

  entries current_;
  entries settled_;
  std::deque<logged_commit> commits_; ///< since `settled_`, in order
  std::uint64_t log_ = 1;
  store_error next_write_ = store_error::none;
  std::uint64_t free_bytes_ = std::numeric_limits<std::uint64_t>::max();
  bool open_ = false;
};

/// Opens the store on `disk`, which may outlive it and be opened again.
open_result open_memory_store(std::shared_ptr<memory_disk> disk, const store_options& options = {});

} // namespace evenkeel::persistence
