// What start-up found in a store, for the log and for the operator.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace evenkeel::persistence {

/// Numbers of synced batches, both ends included.
struct number_range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  friend bool operator==(const number_range&, const number_range&) = default;
};

/// Filled by opening, then by recover(). Everything in it is survivable: what is not, is an error.
struct open_report {
  std::vector<std::string> warnings;         ///< one sentence each, ready to be logged
  bool created = false;                      ///< there was no store here before
  std::uint64_t records = 0;                 ///< intact records found by recover()
  std::uint64_t quarantined = 0;             ///< damaged records that recover() has just set aside
  std::vector<number_range> missing_batches; ///< synced batches that are gone (R13)
  std::uint64_t last_batch = 0;              ///< the number of the newest that is there
  /// The newest log as far as it had surely been synced, where more was left of it (log_cut.hpp).
  std::string cut_log;
  std::uint64_t cut_log_bytes = 0;
};

} // namespace evenkeel::persistence
