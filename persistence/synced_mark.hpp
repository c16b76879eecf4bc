// How far the numbers of synced batches had got, kept beside LevelDB's files: what is in the newest
// log nothing else remembers, so that a lost or shortened one would look like one that never held
// more. Written after each synced commit and not fsynced then, so it costs no wait; it may lag
// behind after a power cut, and is never ahead of what is durable.
// The first note of a process puts a new file in place, fsynced before it gets its name; later ones
// are written into it, in one sector. So a power cut leaves a whole mark, an older one or none, and
// anything else is damage: two exceptions are in read_mark().
// Owns: the file SYNCED. Must not know: LevelDB.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel::persistence {

class synced_mark {
public:
  inline static constexpr std::string_view file_name = "SYNCED";
  /// What becomes SYNCED; a killed process may leave it behind.
  inline static constexpr std::string_view new_file_name = "SYNCED.new";

  /// The process must hold the directory. `read_only`: nothing is made or written.
  synced_mark(std::string directory, bool read_only);
  synced_mark(const synced_mark&) = delete;
  synced_mark& operator=(const synced_mark&) = delete;
  ~synced_mark();

  /// The number of the last batch that was noted; 0 where none was, or it cannot be told.
  [[nodiscard]] std::uint64_t number() const;

  /// A failure is no error: an older mark tells less, not wrongly.
  void note(std::uint64_t number);

private:
  void replace(const std::string& bytes);

  std::string directory_;
  bool read_only_ = false;
  int file_ = -1; ///< from the first note on
};

struct mark_content {
  std::uint64_t number = 0; ///< 0: none was noted, or it cannot be told
  std::string problem;      ///< what is wrong with the file, as part of a sentence; empty: nothing
};

/// Of a directory that nobody need hold. A missing file is no problem (before it was known there
/// was none), nor an empty one (it was once made without an fsync), nor the number of one note
/// beside the checksum of the one before or after it: the kernel may write out what is just being
/// changed.
mark_content read_mark(const std::string& directory);

} // namespace evenkeel::persistence
