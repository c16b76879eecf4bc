// Makes a damaged data directory usable again, with no more loss than the damage asks for.
// Must not know: what is printed.
#pragma once

#include "persistence/inspection.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace evenkeel::persistence {

/// After a repair that may have lost records, numbers go on this much higher, so that none is given
/// a second time: tickets, and starts of processes (R5, R1).
inline constexpr std::uint64_t skipped_sequences = 1'000'000;
inline constexpr std::uint64_t skipped_starts = 1'000;

struct repair_report {
  status state;                  ///< not ok: what was done so far is in `done`
  std::vector<std::string> done; ///< one sentence each
  std::vector<std::string> lost; ///< what may be lost, one sentence each
  std::string copy;              ///< of the directory as it was; empty: none was needed
};

/// `found` is what inspect() has just said about the directory. Where a repair may lose anything, a
/// copy is made first, beside the directory; if that fails nothing is changed. Refused (damaged)
/// where the remedy is `beyond`. `wall_ms` is noted in the quarantine.
repair_report repair(const std::string& directory, const inspection& found, std::int64_t wall_ms);

/// Erases the quarantine; `count` becomes the number of records that were there.
status empty_quarantine(const std::string& directory, std::uint64_t& count);

} // namespace evenkeel::persistence
