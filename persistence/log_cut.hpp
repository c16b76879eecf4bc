// The end of the newest log after a crash. LevelDB's log is filled with zeros ahead
// (log_handle.hpp), so a power cut may leave holes in what was not synced: any part of it is there,
// or zeros. What is whole behind a hole must not count, since it may build on what was in it; and
// LevelDB would refuse some, skip zeros in silence. So the log is cut where the first batch is not
// whole.
//
// Only the newest log can have holes: all that was written to the one before was synced before it
// was begun (store_env.hpp), or at the start.
//
// Damage to what was synced looks alike, and must not be cut off. The numbers tell it: at most one
// numbered batch at a time is not synced. So it is damage if two are behind the cut, if one is
// missing among all that can be read, or if SYNCED knows of more than are in front.
//
// Must not know: how numbers are found.
#pragma once

#include "persistence/overlay_env.hpp"
#include "persistence/store.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace evenkeel::persistence {

struct log_cut {
  std::string name;         ///< of the log
  std::string content;      ///< as it was found
  std::uint64_t bytes = 0;  ///< what stays of it
  bool drops_whole = false; ///< there are whole batches behind
};

/// Opens the database as it is in `files`, and tells the number of its last synced batch; nothing
/// where it is damaged.
using number_teller = std::function<std::optional<std::uint64_t>(overlay_env& files)>;

/// Nothing: the newest log can stay as it is, or is damaged. Changes nothing.
std::optional<log_cut> find_log_cut(leveldb::Env& files, const std::string& directory,
                                    const number_teller& last_number);

/// Of a database that nobody has open. Nothing is done if the log has changed since.
leveldb::Status carry_out(const log_cut& cut, leveldb::Env& files, const std::string& directory);

} // namespace evenkeel::persistence
