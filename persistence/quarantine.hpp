// Damaged records that were set aside: moved out of everybody's way, kept for people.
// Must not know: why somebody looked, or what is printed.
#pragma once

#include "persistence/store.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::persistence {

struct damaged_entry {
  std::string key;
  std::string value;
  std::string why;
};

/// What is in a quarantine: `key` is where the record was found.
struct quarantined_entry {
  std::uint64_t number = 0;
  std::int64_t since_ms = 0; ///< unix time; 0: not known
  std::string_view key;
  std::string_view value;
};

/// Moves these there in one synced batch; `wall_ms` is when. Counts on from what is there already,
/// so that no evidence is overwritten.
status quarantine(store& where, const std::vector<damaged_entry>& damaged, std::int64_t wall_ms);

/// Every entry, oldest first.
status visit_quarantine(store& where, const std::function<void(const quarantined_entry&)>& visit);

/// Erases all of it. `count` becomes the number of records that were there.
status drop_quarantine(store& where, std::uint64_t& count);

} // namespace evenkeel::persistence
