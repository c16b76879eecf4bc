// A file system for LevelDB that fails and forgets on demand, over a real directory.
//
// It knows what of each file was synced, and which names: a power cut takes what was not. Files:
// bytes behind the last sync are lost from a random point on; the rest may be torn, that is, partly
// zeros or rubbish. Where zeros had been written ahead, any sectors behind the last sync are lost
// and show the zeros, and the file may be shorter by zeros. Names: made, renamed and removed files
// stay so from the next sync of their directory on; before it a cut undoes the latest of these
// changes, any number of them. (POSIX promises no more. The usual file systems do: they keep a
// file's name when the file is synced.)
//
// Faults: the n-th write, sync, creation or rename from now on fails, once or from then on.
//
// A process is killed, or its power fails, at a change of its choice: from then on no change has
// any effect, so that nothing of what a store does when it is closed counts. Then either heal()
// (killed: what was written is there) or cut_power().
#pragma once

#include "persistence/environment.hpp"

#include <leveldb/env.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace evenkeel::test {

enum class operation : std::uint8_t { append, sync, create, rename, sync_directory };

/// What the system says of a failed operation.
enum class fault : std::uint8_t { io_error, no_space };

class faulty_env final : public leveldb::EnvWrapper {
public:
  /// `names_vanish`: as POSIX allows. Otherwise a file's sync keeps its name, too.
  explicit faulty_env(bool names_vanish = false);
  ~faulty_env() override;

  /// For open_leveldb_store. This must outlive the store.
  persistence::environment environment();

  /// The `nth` operation of this kind from now on fails, counted from 1.
  void fail(operation which, std::uint64_t nth, fault how, bool from_then_on = false);
  /// From the `nth` change of any kind on, counted from 1, nothing has any effect.
  void stop_at_change(std::uint64_t nth);
  void stop() { stop_at_change(1); }
  [[nodiscard]] bool stopped() const;
  /// The disk is well again.
  void heal();
  /// Operations that were made to fail.
  [[nodiscard]] std::uint64_t failures() const;
  [[nodiscard]] std::uint64_t count(operation which) const;

  /// Logs that cuts have taken something of.
  [[nodiscard]] std::uint64_t logs_hit() const;

  /// While no store is open: what was not synced is lost, as far as `luck` has it.
  /// `tear`: what is kept of unsynced bytes may be zeros or rubbish in places.
  void cut_power(std::mt19937_64& luck, bool tear = false);
  /// The same, and all that was not synced is lost.
  void cut_power();

  leveldb::Status NewWritableFile(const std::string& name, leveldb::WritableFile** file) override;
  leveldb::Status NewAppendableFile(const std::string& name, leveldb::WritableFile** file) override;
  leveldb::Status RenameFile(const std::string& from, const std::string& to) override;
  leveldb::Status RemoveFile(const std::string& name) override;

private:
  friend class faulty_file;
  friend class faulty_log;

  struct file_state {
    std::uint64_t written = 0;
    std::uint64_t synced = 0;
    std::uint64_t filled = 0; ///< to here, with zeros behind `written`
  };
  /// A name that changed since its directory was synced, and what stood under it before.
  struct name_change {
    std::string name;
    std::string kept_as; ///< path of a copy of what stood there; empty: nothing
  };
  struct plan {
    std::uint64_t at = 0; ///< of `counts`; 0: none
    fault how = fault::io_error;
    bool from_then_on = false;
  };

  bool is_stopped(); ///< one more change is tried
  leveldb::Status check(operation which, const std::string& name);
  leveldb::Status sync(const std::string& name);
  void remember(const std::string& name);
  void names_are_synced();
  void undo(const name_change& change);
  void lose_bytes(const std::string& name, file_state& state, std::uint64_t kept,
                  std::mt19937_64* tear);
  void lose_sectors(const std::string& name, file_state& state, std::mt19937_64* luck);
  void cut(std::mt19937_64* luck, bool tear);

  const bool names_vanish_;
  mutable std::mutex mutex_;
  std::map<std::string, file_state> files_;
  std::vector<name_change> changes_; ///< since the last sync of the directory, in order
  std::uint64_t copies_ = 0;
  std::map<operation, std::uint64_t> counts_;
  std::map<operation, plan> plans_;
  std::uint64_t failures_ = 0;
  std::optional<std::uint64_t> changes_left_; ///< before nothing has any effect
  std::uint64_t logs_hit_ = 0;
  std::string attic_; ///< copies of removed and replaced files
};

} // namespace evenkeel::test
