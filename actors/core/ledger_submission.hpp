// Jobs on their way to the proxy: which ones go next, and how many may go (R11).
// Owns: the credit of the link, the border between sent and fresh jobs, the proxy's wishes.
// Must not know: clients, results, what the proxy does with a job.
#pragma once

#include "actors/core/effects.hpp"
#include "actors/core/ledger_jobs.hpp"
#include "messages/protocol.hpp"

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <vector>

namespace evenkeel::core {

/// A message carries at most about this much (its parcels are bounded by parcel.hpp as well).
inline constexpr std::size_t message_bytes = 192UL * 1024UL;

/// What was sent on this link minus what submit_ack has confirmed may not exceed the window. A job
/// that is larger than the whole window goes when nothing else is outstanding.
class submission_window {
public:
  void open(const cluster_settings& settings);
  [[nodiscard]] bool admits(std::uint64_t bytes) const;
  void sent(std::uint64_t bytes);
  void acknowledged(const submit_ack& totals);
  [[nodiscard]] std::string check() const;

private:
  [[nodiscard]] std::uint64_t jobs_out() const { return sent_.jobs - acknowledged_.jobs; }
  [[nodiscard]] std::uint64_t bytes_out() const { return sent_.bytes - acknowledged_.bytes; }

  std::uint64_t most_jobs_ = 1;
  std::uint64_t most_bytes_ = 0;
  submit_ack sent_;
  submit_ack acknowledged_;
};

/// Fresh jobs leave in the order of their sequences, so one border tells them from those that were
/// sent at some time: on any link, in any life of this process.
class ledger_submission {
public:
  /// Everything that was found on disk may have been sent before.
  void recovered(const ledger_jobs& jobs) { next_fresh_ = jobs.next_sequence(); }
  /// A new link: nothing is wanted, all credit is there. Returns the inventory (R7), in chunks,
  /// with `home_end` on the last one.
  std::vector<inventory> on_link_up(const cluster_settings& settings, ledger_jobs& jobs,
                                    instant now);
  void on_ack(const submit_ack& totals) { window_.acknowledged(totals); }
  /// The proxy lacks these. Returns those that are not open here, for a cancel_batch: at most
  /// 100,000, a bound against a broken peer.
  std::vector<std::uint64_t> on_wanted(const sequence_range& range, ledger_jobs& jobs);

  /// What may leave now, in batches: first what the proxy asked for, then fresh jobs.
  std::vector<submit_batch> collect(ledger_jobs& jobs, instant now);

  /// This job runs here, and the proxy is not to know of it.
  void keep(std::uint64_t sequence) { kept_.insert(sequence); }
  /// It has ended.
  void release(std::uint64_t sequence) { kept_.erase(sequence); }
  /// It does not run here after all.
  void let_go(open_entry& entry);
  [[nodiscard]] bool kept(std::uint64_t sequence) const { return kept_.contains(sequence); }
  [[nodiscard]] const std::set<std::uint64_t>& all_kept() const { return kept_; }

  [[nodiscard]] bool ever_sent(std::uint64_t sequence) const {
    return sequence < next_fresh_ && !kept(sequence);
  }
  [[nodiscard]] std::uint64_t next_fresh() const { return next_fresh_; }
  [[nodiscard]] bool wanted(const open_entry& entry) const {
    return entry.wanted_on == generation_;
  }
  [[nodiscard]] std::string check() const { return window_.check(); }

private:
  open_entry* next(ledger_jobs& jobs);
  open_entry* next_wanted(ledger_jobs& jobs);
  submitted_job submit(open_entry& entry, instant now);

  submission_window window_;
  std::uint64_t next_fresh_ = 1;
  std::uint32_t generation_ = 1; ///< counts links; marks wishes as being of this one
  std::deque<sequence_range> wanted_;
  std::set<std::uint64_t> kept_; ///< a few at most
};

} // namespace evenkeel::core
