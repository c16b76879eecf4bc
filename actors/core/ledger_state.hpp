// The inside of ticket_ledger: its parts, and the steps that tie them together. For the ledger's
// own source files only:
//   ticket_ledger.cpp    the public face: start-up, link, clock, flush
//   ledger_requests.cpp  what clients ask
//   ledger_answers.cpp   how and when they are answered
//   ledger_reports.cpp   what the proxy says
//   ledger_home.cpp      jobs that run here, without the proxy
// Owns: nothing beyond its parts. Must not know: see ticket_ledger.hpp.
#pragma once

#include "actors/core/ledger_cache.hpp"
#include "actors/core/ledger_home_calls.hpp"
#include "actors/core/ledger_jobs.hpp"
#include "actors/core/ledger_listing.hpp"
#include "actors/core/ledger_outbox.hpp"
#include "actors/core/ledger_pending.hpp"
#include "actors/core/ledger_submission.hpp"
#include "actors/core/ledger_upkeep.hpp"
#include "actors/core/ticket_ledger.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace evenkeel::core {

/// R15: said by the ledger that a ticket names, and by nobody else.
inline constexpr auto not_found_text = "no such job here; it may have been forgotten";

inline constexpr auto stopping_text = "this node is stopping; ask again when it is back";

struct ticket_ledger::state {
  state(ledger_limits wanted, const own_executor& here)
      : limits{wanted}, node{here.node}, cache{wanted.cached_result_bytes}, home_calls{
                                                                                here.functions} {}

  // -- ledger_requests.cpp
  // ----------------------------------------------------------------------------
  /// `request` is used up.
  void on_request(const requester& from, client_request& request, instant now, ledger_effects& fx);
  void submit(const requester& from, client_request& request, instant now, ledger_effects& fx);
  bool has_room_for(const requester& from, const job_spec& spec, const job_label& label,
                    ledger_effects& fx) const;
  /// A new open job, and its ticket.
  void take_in(const requester& from, const job_spec& spec, const job_label& label, instant now,
               ledger_effects& fx);
  void give_ticket(const requester& to, std::uint64_t sequence, ledger_effects& fx) const;
  /// A request whose subject is one job of ours.
  void about_job(const requester& from, const client_request& request, instant now,
                 ledger_effects& fx);
  void about_open_job(const requester& from, const client_request& request, const open_entry& job,
                      instant now, ledger_effects& fx);
  void about_finished_job(const requester& from, const client_request& request,
                          const finished_entry& job, ledger_effects& fx);
  void cancel(const requester& from, std::uint64_t sequence, instant now, ledger_effects& fx);
  void forget(std::uint64_t sequence, durability level, ledger_effects& fx);
  void wait_for_end(const requester& from, const client_request& request, instant now,
                    ledger_effects& fx);
  void wait_for_all(const requester& from, const client_request& request, instant now,
                    ledger_effects& fx);
  void list(const requester& from, const client_request& request, instant now, ledger_effects& fx);
  void all_results(const requester& from, const client_request& request, ledger_effects& fx);
  /// True, and answered with -BUSY, when nothing more may wait.
  bool too_many_wait(const requester& from, request_kind kind, std::uint64_t sequence,
                     ledger_effects& fx) const;
  /// Of a wait for the end of jobs; -UNAVAILABLE while the process is stopping.
  bool may_not_wait(const requester& from, request_kind kind, std::uint64_t sequence,
                    ledger_effects& fx) const;
  /// Keeps the request until the proxy has told where these jobs are.
  void ask_where(pending_request request, std::vector<std::uint64_t> sequences, instant now,
                 ledger_effects& fx);

  // -- ledger_answers.cpp
  // -----------------------------------------------------------------------------
  void answer(const requester& to, client_answer content, ledger_effects& fx) const;
  void refuse(const requester& to, request_kind kind, errc error, std::uint64_t sequence,
              std::string text, ledger_effects& fx) const;
  /// STATUS, RESULT or WAIT of a finished job. `result` may be null where it is not needed.
  void answer_finished(const requester& to, request_kind kind, stream_choice streams,
                       std::uint64_t sequence, const job_result* result, ledger_effects& fx) const;
  /// The same from the cache, or later from disk.
  void look_up_finished(const requester& to, request_kind kind, stream_choice streams,
                        std::uint64_t sequence, ledger_effects& fx);
  void answer_status(const requester& to, const open_entry& job, const whereabouts* where,
                     ledger_effects& fx) const;
  void answer_wait_all(const requester& to, const client_request& request,
                       ledger_effects& fx) const;
  /// The proxy has answered, or will not.
  void answer_where(ledger_pending::id which, const std::vector<whereabouts>& known,
                    ledger_effects& fx);
  void load(std::uint64_t sequence, ledger_pending::id which, ledger_effects& fx);
  void on_loaded(const record::key& where, const record::value* content, ledger_effects& fx);
  void on_page_record(ledger_pending::id which, std::uint64_t sequence, const job_result* result,
                      ledger_effects& fx);
  void on_timeout(ledger_pending::id which, ledger_effects& fx);
  void drop(const std::vector<ledger_pending::id>& requests);

  // -- ledger_reports.cpp
  // -----------------------------------------------------------------------------
  void take(const spec_request& message, instant now, ledger_effects& fx);
  void take(const submit_ack& message, instant now, ledger_effects& fx);
  void take(const lost_attempt_batch& message, instant now, ledger_effects& fx);
  void take(const grant_request& message, instant now, ledger_effects& fx);
  void take(const result_batch& message, instant now, ledger_effects& fx);
  void take(const result_exchange& message, instant now, ledger_effects& fx);
  void take(const located& message, instant now, ledger_effects& fx);
  void take(const query& message, instant now, ledger_effects& fx);
  void take(const abandon& message, instant now, ledger_effects& fx);
  void on_lost_attempt(const lost_attempt& lost, instant now, ledger_effects& fx);
  /// On a new link: what is counted about jobs whose attempts were lost.
  void tell_counts(ledger_effects& fx) const;
  /// The job gets its one result: recorded, and told to who waits for it.
  void end_job(std::uint64_t sequence, job_result result, ledger_effects& fx);

  // -- ledger_home.cpp
  // --------------------------------------------------------------------------------
  void on_home_call_end(home_call_end& end, instant now, ledger_effects& fx);
  void on_home_call_declined(std::uint64_t number, instant now, ledger_effects& fx);
  void keep_late_home_calls(instant now, ledger_effects& fx);
  /// Where the jobs are that run here.
  [[nodiscard]] whereabouts_map where_kept() const;
  [[nodiscard]] whereabouts kept_here(std::uint64_t sequence) const;

  ledger_limits limits;
  std::string node; ///< the name of this one
  ledger_id ledger;
  std::string code;
  errc refusal = errc::ok; ///< of submissions
  std::string refusal_text;
  std::optional<std::uint64_t> link; ///< the one that stands

  ledger_jobs jobs;
  result_cache cache;
  ledger_pending pending;
  bool stopping = false;           ///< own sessions' waits are refused
  std::set<std::uint64_t> loading; ///< records that the store was asked for
  ledger_submission submission;
  ledger_home_calls home_calls;
  ledger_outbox outbox;
  ledger_audit audits;
  ledger_retention retention;
};

} // namespace evenkeel::core
