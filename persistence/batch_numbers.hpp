// The running numbers of synced batches (R13): LevelDB skips zeroed stretches of its log in
// silence, so each synced batch carries one entry of its own, and a missing number tells that a
// batch is gone. Pure: knows keys and batches, no store.
#pragma once

#include "persistence/open_report.hpp"
#include "persistence/write_batch.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::persistence {

class batch_numbers {
public:
  /// Adds the next number to a batch that is about to be synced, and erases the oldest kept one.
  void stamp(write_batch& batch);

  /// Start-up, in this order: `found` for each number entry in the order of keys, then `finish`.
  void found(std::string_view key, std::string_view value);
  /// Returns the gaps; `noted` is the highest number that is known to have been synced (0: none
  /// is). Numbers that need not be kept any longer are erased by `clean_up`, which
  /// must be committed with sync when it is not empty; after a gap it also sees to it that the same
  /// gap is not reported again.
  std::vector<number_range> finish(std::uint64_t kept, std::uint64_t noted, write_batch& clean_up);

  /// Whether an entry of a store is the number of a batch.
  static bool is_number(std::string_view key, std::string_view value);

  [[nodiscard]] std::uint64_t last() const { return next_ - 1; }

private:
  std::uint64_t next_ = 1;
  std::uint64_t oldest_ = 1; ///< numbers from here on are on disk
  std::uint64_t kept_ = 1;
  std::vector<number_range> present_; ///< during start-up
};

/// "17, 19-21 and 40"
std::string to_text(const std::vector<number_range>& ranges);

/// "synced batches 17 and 19 are missing: acknowledged changes are lost". They may have been in a
/// log or in a table.
std::string missing_text(const std::vector<number_range>& missing);

} // namespace evenkeel::persistence
