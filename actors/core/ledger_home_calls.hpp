// The home calls of a ledger (home_call.hpp): which calls are short enough, and those that are
// under way. A call that ends soon gets its ticket with its result, in one record; for one that
// does not, the ledger makes an open job, which this node goes on running. Owns: what calls of each
// function have taken of late, the calls under way. Must not know: tickets, the job table, how
// calls are run.
#pragma once

#include "actors/core/home_call.hpp"
#include "actors/core/ticket_ledger.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace evenkeel::core {

class ledger_home_calls {
public:
  struct entry {
    requester from;
    job_spec spec;
    std::string owner;
    std::int64_t submitted_ms = 0;
    std::int64_t since_us = 0;
    double expected_us = 0;
    std::uint64_t sequence = 0; ///< of the open job that it has become; 0: none yet
  };

  /// `functions`: those that this node has.
  explicit ledger_home_calls(const std::vector<std::string>& functions);

  /// A link stands, whose proxy lets calls below `limit_us` be run at home; 0: none.
  void open(std::uint32_t limit_us) { limit_us_ = limit_us; }
  void close() { limit_us_ = 0; }

  /// Whether this job is to be a home call: the calls of its function are short, and all under way
  /// together, too.
  [[nodiscard]] bool admits(const job_spec& spec, instant now) const;
  void add(const requester& from, job_spec spec, const std::string& owner, instant now);
  /// What was added since the last time.
  std::vector<home_call> collect();

  /// Ends what is under way under this number; nothing: it is unknown.
  std::optional<entry> take(std::uint64_t number);
  /// Those that have no open job yet and are taking long.
  [[nodiscard]] std::vector<std::uint64_t> late(instant now) const;
  [[nodiscard]] const entry& at(std::uint64_t number) const { return under_way_.at(number); }
  /// It is this open job from now on.
  void keep(std::uint64_t number, std::uint64_t sequence);
  /// The executor has no room: none for a while.
  void pause(instant now);

  /// A call of this function took so long; others are ignored.
  void learn(const std::string& function, std::int64_t took_us);
  /// The same of one that ran elsewhere, as its result tells, in ms.
  void learn(const std::string& function, const job_result& result);

  [[nodiscard]] std::size_t size() const { return under_way_.size(); }
  /// Those that are no open jobs, and what their specs take.
  [[nodiscard]] std::size_t without_ticket() const { return without_ticket_; }
  [[nodiscard]] std::size_t without_ticket(const std::string& owner) const;
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// What is wrong; empty when all is well.
  [[nodiscard]] std::string check() const;

private:
  void count(const entry& call);
  void discount(const entry& call);

  struct pace {
    std::uint32_t seen = 0;
    double mean_us = 0;
  };

  std::uint32_t limit_us_ = 0;
  std::map<std::string, pace> paces_; ///< of every function that this node has
  std::map<std::uint64_t, entry> under_way_;
  std::uint64_t next_number_ = 1;
  std::uint64_t next_collected_ = 1;
  double expected_us_ = 0; ///< of all under way
  std::size_t without_ticket_ = 0;
  std::map<std::string, std::size_t> owned_; ///< of these, by those who have names
  std::size_t bytes_ = 0;                    ///< of their specs
  std::int64_t paused_until_us_ = 0;
};

} // namespace evenkeel::core
