// What is in a data directory, and what is wrong with it, found without changing a byte there.
// Must not know: what is printed, or how anything is repaired (repair.hpp).
#pragma once

#include "messages/records.hpp"
#include "persistence/log_scan.hpp"
#include "persistence/open_report.hpp"
#include "persistence/store.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace evenkeel::persistence {

/// The least that makes the directory usable again.
enum class remedy : std::uint8_t {
  none,      ///< it is usable as it is
  set_aside, ///< damaged records have to go to the quarantine, as at every start
  skip_log,  ///< the log is damaged, or part of it missing: all batches that are whole
  rebuild,   ///< a table, the MANIFEST or CURRENT is damaged: from all that can be read
  beyond     ///< what cannot be done without is damaged, or nothing can be read
};

struct bad_record {
  std::string key; ///< in words
  std::string why;
  std::int64_t since_ms = 0; ///< in quarantine since then; 0: not known, or not there
  std::uint64_t bytes = 0;
};

struct bad_stretch {
  std::string file;
  log_stretch where;
};

struct inspection {
  /// Not ok: nothing more was looked at. in_use, newer_format, foreign and unusable as in opening.
  status state;
  remedy needed = remedy::none;
  std::vector<std::string> problems; ///< of the database as a whole, one sentence each

  std::optional<record::identity> node;
  std::optional<record::proxy_identity> proxy;
  std::uint64_t next_sequence = 1;
  std::map<std::string, std::uint64_t> counts; ///< intact records by kind
  std::uint64_t records = 0;
  std::uint64_t bytes = 0; ///< of keys and values

  /// The first 1,000 of each.
  std::vector<bad_record> damaged;
  std::vector<bad_record> quarantined;
  std::uint64_t damaged_count = 0;
  std::uint64_t quarantined_count = 0;

  std::vector<number_range> missing_batches;
  std::vector<bad_stretch> log_stretches; ///< normal ones as well

  [[nodiscard]] bool holds_jobs_of_a_ledger() const;
  /// Nothing is wrong, and nothing is in quarantine.
  [[nodiscard]] bool clean() const;
};

/// Where a repair that loses something is needed, the counts are those of what it would leave.
inspection inspect(const std::string& directory);

} // namespace evenkeel::persistence
