// The job table of a ledger: every job issued here and not forgotten, by sequence.
// Owns: open jobs with their specs, a compact index of the finished ones (all that LIST shows),
// whose each is, and which job has which key. A finished job's streams are on disk only
// (ledger_cache.hpp keeps recent ones). Must not know: clients, links, what is sent or waited for.
#pragma once

#include "actors/core/packed_spec.hpp"
#include "messages/job.hpp"
#include "messages/protocol.hpp"
#include "messages/records.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace evenkeel::core {

/// Views and records carry this much of a command.
inline constexpr std::size_t view_text_bytes = 80;
/// The index keeps this much of a reason; a longer one is read from disk for STATUS, cut in lists.
inline constexpr std::size_t index_reason_bytes = 120;

/// What a client calls a job: a key is its owner's, and means nothing to others.
struct job_label {
  std::string owner; ///< name of a token; empty: none was needed
  std::string key;   ///< empty: none
  friend auto operator<=>(const job_label&, const job_label&) = default;
};

/// Names that very many jobs have in common, as small numbers. There are as many as nodes or
/// tokens.
class name_table {
public:
  std::uint32_t number_of(const std::string& name);
  [[nodiscard]] const std::string& name_of(std::uint32_t number) const { return names_[number]; }
  [[nodiscard]] std::size_t size() const { return names_.size(); }

private:
  std::vector<std::string> names_;
  std::map<std::string, std::uint32_t> numbers_;
};

/// What few open jobs have.
struct open_details {
  fence last_lost; ///< highest fence of an attempt counted as lost
  start_grant grant;
  std::uint32_t attempts = 0;
  std::uint32_t deaths = 0;
  std::string key;
  friend bool operator==(const open_details&, const open_details&) = default;
};

/// With its spec under 250 bytes in the table for a command of 100: there are millions.
class open_entry {
public:
  open_entry() = default;
  explicit open_entry(const record::open_job& from, std::uint32_t owner_number);

  std::uint64_t sequence = 0;
  std::int64_t submitted_ms = 0;
  packed_spec spec;
  std::int64_t offered_us = 0; ///< steady time when it was last sent, or named in an inventory
  std::uint32_t wanted_on = 0; ///< the link generation on which the proxy asked for it; 0: none
  std::uint32_t owner = 0;     ///< see ledger_jobs::owner_name

  [[nodiscard]] const open_details& details() const;
  [[nodiscard]] const std::string& key() const { return details().key; }
  open_details& change_details();

private:
  std::unique_ptr<open_details> details_; ///< null: as they are at first
};

/// About 150 bytes in the table, plus a text of over 15 bytes.
struct finished_entry {
  std::int64_t submitted_ms = 0;
  std::int64_t started_ms = 0;
  std::int64_t ended_ms = 0;
  std::uint32_t out_bytes = 0;
  std::uint32_t err_bytes = 0;
  std::uint32_t attempt = 0;
  std::uint32_t sleep_ms = 0;
  std::uint32_t node = 0;  ///< see ledger_jobs::node_name
  std::uint32_t owner = 0; ///< see ledger_jobs::owner_name
  std::int32_t exit_code = 0;
  std::int32_t signal = 0;
  job_state state = job_state::done;
  job_kind kind = job_kind::command;
  bool once : 1 = false;
  bool out_truncated : 1 = false;
  bool err_truncated : 1 = false;
  bool reason_cut : 1 = false;         ///< the whole reason is on disk only
  std::unique_ptr<std::string> reason; ///< null: none
  std::string text;
  const job_label* label = nullptr; ///< in ledger_jobs' index of keys; null: it has no key
};

class ledger_jobs {
public:
  using open_map = std::map<std::uint64_t, open_entry>;
  using finished_map = std::map<std::uint64_t, finished_entry>;

  /// Takes issued, open_job and finished_job, in any order.
  void recover(const record::value& content);
  /// A new open job under the next sequence. Precondition: no job has this key, unless it is empty.
  open_entry& issue(const job_spec& spec, const job_label& label, std::int64_t submitted_ms);
  /// A job under the next sequence that has ended already. Returns its record. It is told to have
  /// been submitted after those that got their tickets meanwhile, but not after `now_ms`.
  record::finished_job issue_ended(const job_spec& spec, const std::string& owner,
                                   std::int64_t submitted_ms, std::int64_t now_ms,
                                   job_result result);
  /// The open job `sequence` ends. The record returned replaces it on disk.
  record::finished_job finish(std::uint64_t sequence, job_result result);
  /// Drops a finished job. False: there is none.
  bool forget(std::uint64_t sequence);

  /// The job submitted with this key, by this owner, and not forgotten; 0: there is none.
  [[nodiscard]] std::uint64_t find_key(const job_label& label) const;
  [[nodiscard]] open_entry* find_open(std::uint64_t sequence);
  [[nodiscard]] const open_entry* find_open(std::uint64_t sequence) const;
  [[nodiscard]] const finished_entry* find_finished(std::uint64_t sequence) const;
  [[nodiscard]] open_map& open() { return open_; }
  [[nodiscard]] const open_map& open() const { return open_; }
  [[nodiscard]] const finished_map& finished() const { return finished_; }
  [[nodiscard]] std::uint64_t next_sequence() const { return next_sequence_; }
  /// Sum of size_of(spec) over the open jobs.
  [[nodiscard]] std::uint64_t open_bytes() const { return open_bytes_; }
  [[nodiscard]] const std::string& node_name(std::uint32_t number) const {
    return nodes_.name_of(number);
  }
  /// What is on disk of an open job.
  [[nodiscard]] record::open_job record_of(const open_entry& entry) const;
  [[nodiscard]] const std::string& owner_name(std::uint32_t number) const {
    return owners_.name_of(number);
  }
  /// How many open jobs this owner has, who has a name.
  [[nodiscard]] std::uint64_t open_of(const std::string& owner) const;
  /// Whose job it is; null: there is none.
  [[nodiscard]] const std::string* owner_of(std::uint64_t sequence) const;
  /// True when a higher sequence never has an earlier time of submission: false after the wall
  /// clock was set back. May scan the table once after a recovery.
  [[nodiscard]] bool in_time_order();

  /// What is wrong; empty when all is well.
  [[nodiscard]] std::string check() const;

private:
  using key_map = std::map<job_label, std::uint64_t>;

  std::uint64_t next(std::int64_t submitted_ms);
  void count_open(const std::string& owner, int change);
  void index(std::uint64_t sequence, const record::finished_job& job);
  key_map::iterator claim(const job_label& label, std::uint64_t sequence);
  [[nodiscard]] std::string check_keys() const;
  [[nodiscard]] bool scan_time_order() const;

  open_map open_;
  finished_map finished_;
  key_map keys_;                                 ///< of open and finished jobs
  std::map<std::string, std::uint64_t> open_of_; ///< of owners with names and open jobs
  std::uint64_t next_sequence_ = 1;
  std::uint64_t open_bytes_ = 0;
  std::int64_t newest_submitted_ms_ = 0;
  bool time_order_ = true;
  bool time_order_known_ = true;
  name_table nodes_;
  name_table owners_;
};

} // namespace evenkeel::core
