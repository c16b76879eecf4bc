// How far the numbers of synced batches had got, kept beside LevelDB's files: what is in the newest
// log nothing else remembers, so that a lost or shortened one would look like one that never held
// more. Written after each synced commit and not fsynced itself, so it costs no wait; it may lag
// behind after a power cut, and is never ahead of what is durable.
// Owns: the file SYNCED. Must not know: LevelDB.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel::persistence {

class synced_mark {
public:
  inline static constexpr std::string_view file_name = "SYNCED";

  /// The process must hold the directory. `read_only`: nothing is made or written.
  synced_mark(const std::string& directory, bool read_only);
  synced_mark(const synced_mark&) = delete;
  synced_mark& operator=(const synced_mark&) = delete;
  ~synced_mark();

  /// The number of the last batch that was noted; 0 where none was, or the file is torn.
  [[nodiscard]] std::uint64_t number() const;

  /// In place, with one system call. A failure is no error: an older mark tells less, not wrongly.
  void note(std::uint64_t number) const;

private:
  int file_ = -1;
  bool read_only_ = false;
};

/// Of a directory that nobody need hold.
std::uint64_t noted_in(const std::string& directory);

} // namespace evenkeel::persistence
