// What only time brings to a ledger: audits of old unfinished jobs (R12) and the end of retention.
// Both walk the job table round and round, a bounded piece at a time.
// Must not know: what the proxy answers, or what forgetting a job takes.
#pragma once

#include "actors/core/effects.hpp"
#include "actors/core/ledger_jobs.hpp"
#include "actors/core/ledger_submission.hpp"
#include "messages/protocol.hpp"

#include <cstdint>
#include <limits>
#include <vector>

namespace evenkeel::core {

/// Chooses the unfinished jobs that the proxy is asked about.
class ledger_audit {
public:
  /// The first audit of a link is one period after it came up.
  void restart(instant now, std::uint32_t period_ms);
  [[nodiscard]] bool due(instant now) const { return now.steady_us >= next_us_; }
  /// At most 10,000 jobs that were offered to the proxy at least a period ago and not asked for
  /// since.
  std::vector<sequence_range> round(const ledger_jobs& jobs, const ledger_submission& submission,
                                    instant now, std::uint32_t period_ms);

private:
  std::int64_t next_us_ = 0;
  std::uint64_t cursor_ = 0;
};

/// Chooses the finished jobs whose time is over.
class ledger_retention {
public:
  /// At most 1,000 jobs that ended more than `retention_ms` ago.
  std::vector<std::uint64_t> expired(const ledger_jobs& jobs, std::int64_t wall_ms,
                                     std::uint64_t retention_ms);
  /// A job has finished; it may be the next to expire.
  void finished(std::int64_t kept_since_ms);

private:
  std::uint64_t cursor_ = 0;
  /// No job is older than this: spares walks that would find nothing. Rises with each full walk.
  std::int64_t oldest_ms_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t oldest_in_walk_ms_ = std::numeric_limits<std::int64_t>::max();
};

/// When the retention of a job began. The executor's clock alone is not trusted with that: with a
/// clock that is years behind it would have its results forgotten at once.
std::int64_t kept_since_ms(const finished_entry& job);

} // namespace evenkeel::core
