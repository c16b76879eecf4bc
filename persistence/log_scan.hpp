// LevelDB's log format, read on its own, for people: what LevelDB skips without a word, or refuses
// without saying where. MANIFEST files have the same format.
//
//   log      = block*, each of 32768 bytes but the last
//   block    = fragment* and, where fewer than 7 bytes are left, padding
//   fragment = masked crc32c of type and data:u32 length:u16 type:u8 data[length]
//
// Must not know: what a batch holds, or LevelDB itself.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace evenkeel::persistence {

struct log_stretch {
  enum class nature : std::uint8_t {
    damaged,    ///< not what was written: LevelDB refuses the log, or skips the rest of the block
    zeroed,     ///< skipped in silence, and something follows
    torn_end,   ///< the last batch is not complete, nothing follows: normal after a crash
    zeroed_end, ///< nothing but zeros to the end: normal in a log that was not closed
    cut_off     ///< not whole, and known not to have been synced (log_cut.hpp); never of scan_log()
  };
  nature what = nature::damaged;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  friend bool operator==(const log_stretch&, const log_stretch&) = default;
};

/// In the order of the offsets; empty for a log that ends with a whole batch.
std::vector<log_stretch> scan_log(std::string_view log);

struct log_end {
  std::uint64_t whole_bytes = 0; ///< up to here batches are whole
  /// Behind it there are zeros, the beginning of one more batch, or nothing: LevelDB reads it so.
  bool plain = true;
};

log_end end_of_log(std::string_view log);

std::string_view to_text(log_stretch::nature what);
/// True for what a crash leaves behind, and what hides nothing that was synced.
bool is_normal(log_stretch::nature what);

} // namespace evenkeel::persistence
