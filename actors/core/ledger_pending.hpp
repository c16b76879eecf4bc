// Requests that a ledger cannot answer yet, and what each of them waits for: the end of jobs, the
// proxy's word on where a job is, or records from disk.
// Owns: the requests, their deadlines, and the indexes that find them.
// Must not know: how a request is answered.
#pragma once

#include "actors/core/ticket_ledger.hpp" // requester
#include "messages/client.hpp"

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::core {

inline constexpr std::int64_t no_deadline = std::numeric_limits<std::int64_t>::max();

struct pending_request {
  requester who;
  request_kind kind = request_kind::status;
  stream_choice streams = stream_choice::none;
  std::uint64_t sequence = 0;              ///< the job asked about; 0: the request is about many
  std::int64_t deadline_us = no_deadline;  ///< steady
  std::uint64_t remaining = 0;             ///< ends or records still to come
  std::unique_ptr<client_request> request; ///< LIST, WAIT ALL
  std::unique_ptr<client_answer> partial;  ///< getall: the page without some outputs
};

class ledger_pending {
public:
  using id = std::uint64_t; ///< rises; also the `question` of a locate

  id add(pending_request request);
  [[nodiscard]] pending_request& at(id which) { return requests_.at(which); }
  /// Removes it everywhere.
  pending_request take(id which);

  void await_end(id which, std::uint64_t sequence);
  /// The same for many at once; fast where they ascend.
  void await_ends(id which, const std::vector<std::uint64_t>& sequences);
  void await_record(id which, std::uint64_t sequence);
  void await_location(id which);

  /// Who waits for this, oldest first; they do not wait for it any more.
  std::vector<id> on_end(std::uint64_t sequence);
  std::vector<id> on_record(std::uint64_t sequence);

  [[nodiscard]] bool awaits_location(id which) const { return locations_.contains(which); }
  [[nodiscard]] std::vector<id> awaiting_location() const;
  /// Of this node's own sessions, those that wait for ends of jobs.
  [[nodiscard]] std::vector<id> own_waits() const;
  [[nodiscard]] std::vector<id> due(std::int64_t now_us) const;
  [[nodiscard]] std::vector<id> of(const requester& who) const;
  [[nodiscard]] std::vector<id> of_session(std::uint64_t session) const;
  [[nodiscard]] std::vector<id> of_remotes() const;

  [[nodiscard]] std::uint64_t size() const { return requests_.size(); }
  /// What is wrong; empty when all is well.
  [[nodiscard]] std::string check() const;

private:
  /// (what is waited for, who waits). Ordered, so that effects come in the same order in every run.
  using index = std::set<std::pair<std::uint64_t, id>>;
  static std::vector<id> extract(index& from, std::uint64_t sequence);
  [[nodiscard]] std::vector<id> owned_between(const requester& first, const requester& last) const;
  void drop_from_indexes(id which, const pending_request& request);

  id last_id_ = 0;
  std::map<id, pending_request> requests_;
  std::set<std::pair<requester, id>> owners_;
  std::set<std::pair<std::int64_t, id>> deadlines_;
  index ends_;
  index records_;
  std::set<id> locations_;
};

} // namespace evenkeel::core
