// The conversation between a node and its proxy (design section 5): every message, in both
// directions. Plain structs; all batched; the variants at the end list what each side may say.
// The original system's four messages are INFO = load_report, REQUEST_OF_RES = result_request,
// RESULT = result_batch, RES_REQ = result_exchange.
// Must not know: actors, sockets, disks.
#pragma once

#include "messages/client.hpp"
#include "messages/ids.hpp"
#include "messages/job.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace evenkeel {

inline constexpr std::uint32_t link_protocol_version = 4;

/// Heads every message on an established link (R6). A link is one pair of actors between two
/// handshakes; anything whose header does not fit the current link exactly is dropped.
struct link_header {
  epoch proxy;
  incarnation node;
  std::uint64_t link = 0;     ///< chosen by the node, rises with every handshake
  std::uint64_t sequence = 0; ///< from 1, per direction, without gaps
  friend bool operator==(const link_header&, const link_header&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, link_header& x) {
  return f(x.proxy, x.node, x.link, x.sequence);
}

// -- handshake
// --------------------------------------------------------------------------------------

/// node -> proxy. Opens a link; sent again, with the same link number, until answered.
struct join {
  std::uint32_t protocol = link_protocol_version;
  std::uint32_t slots = 0;
  std::uint64_t link = 0;
  std::uint64_t highest_epoch = 0; ///< largest epoch counter ever obeyed (R1)
  ledger_id ledger;
  incarnation process;
  std::string code;    ///< the ledger's confirmed short code; empty: none yet (R5)
  std::string name;    ///< label, unique among live nodes
  std::string address; ///< where its clients connect, for NODES
  std::vector<std::string> functions;
  friend bool operator==(const join&, const join&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, join& x) {
  return f(x.protocol, x.slots, x.link, x.highest_epoch, x.ledger, x.process, x.code, x.name,
           x.address, x.functions);
}

/// Settings that the proxy owns and every node follows.
struct cluster_settings {
  std::uint32_t heartbeat_ms = 500;
  std::uint32_t lease_ms = 3000;
  std::uint32_t grace_ms = 10000;
  std::uint32_t result_period_ms = 0;       ///< 0: results travel at once
  std::uint32_t submit_window_jobs = 20000; ///< submissions that may be unacknowledged
  std::uint64_t submit_window_bytes = 32ULL << 20U;
  std::uint32_t result_window = 20000; ///< results that the proxy may not have taken in yet
  std::uint64_t result_window_bytes = 32ULL << 20U;
  /// Calls of functions that take less than this on average are run by their homes; 0: none.
  std::uint32_t home_call_us = 0;
  friend bool operator==(const cluster_settings&, const cluster_settings&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, cluster_settings& x) {
  return f(x.heartbeat_ms, x.lease_ms, x.grace_ms, x.result_period_ms, x.submit_window_jobs,
           x.submit_window_bytes, x.result_window, x.result_window_bytes, x.home_call_us);
}

/// proxy -> node. The link stands; everything after carries a link_header.
struct welcome {
  epoch proxy;
  incarnation node;
  std::uint64_t link = 0;
  std::string code; ///< confirmed as unique
  cluster_settings settings;
  friend bool operator==(const welcome&, const welcome&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, welcome& x) {
  return f(x.proxy, x.node, x.link, x.code, x.settings);
}

enum class refusal_reason : std::uint8_t {
  protocol_version = 1,
  cluster_full = 2,      ///< MAX_NUM_NODES
  duplicate_name = 3,    ///< another live ledger has this name
  stale_incarnation = 4, ///< the data directory was copied or restored (R5)
  code_conflict = 5,     ///< another ledger holds this ledger's code
  starting = 6,          ///< the proxy is not ready, or has to raise its epoch first (R1)
  overloaded = 7
};

/// proxy -> node, instead of `welcome`. The node tries again after `retry_ms`.
struct refusal {
  refusal_reason reason = refusal_reason::starting;
  incarnation node;
  std::uint64_t link = 0;
  std::uint32_t retry_ms = 1000;
  std::string text;
  friend bool operator==(const refusal&, const refusal&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, refusal& x) {
  return f(x.reason, x.node, x.link, x.retry_ms, x.text);
}

/// node -> proxy. A clean stop: what ran is interrupted, its leases need not be waited for.
struct leave {
  friend bool operator==(const leave&, const leave&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, leave&) {
  return f();
}

/// node -> proxy. Assign nothing more here: a clean stop begins, or an operator asked for it.
struct drain {
  friend bool operator==(const drain&, const drain&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, drain&) {
  return f();
}

// -- inventory (R7)
// ---------------------------------------------------------------------------------

enum class held_state : std::uint8_t {
  queued = 1,      ///< not started, will start
  running = 2,     ///< runs now
  interrupted = 3, ///< ran in an earlier life of the process, or was stopped; runs no more
  finished = 4     ///< its result is here and follows
};

/// One attempt that this executor holds.
struct held_job {
  attempt_ref what;
  std::uint32_t attempt = 0;
  held_state state = held_state::queued;
  bool unasked = false; ///< interrupted without our asking, while it ran: counts as a death (R14)
  friend bool operator==(const held_job&, const held_job&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, held_job& x) {
  return f(x.what, x.attempt, x.state, x.unasked);
}

/// Sequences first..last, both included, of one ledger.
struct sequence_range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  friend auto operator<=>(const sequence_range&, const sequence_range&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, sequence_range& x) {
  return f(x.first, x.last);
}

/// node -> proxy, in chunks after `welcome`. Absence means something only after the end mark of its
/// part: `executor_end` closes `held`, `home_end` closes `unfinished`.
struct inventory {
  bool executor_end = false;
  bool home_end = false;
  std::vector<held_job> held;
  std::vector<sequence_range> unfinished; ///< own jobs without a result, ascending
  friend bool operator==(const inventory&, const inventory&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, inventory& x) {
  return f(x.executor_end, x.home_end, x.held, x.unfinished);
}

/// proxy -> home. Submit these again (fresh = false): the proxy lacks their specs.
struct spec_request {
  std::vector<sequence_range> wanted;
  friend bool operator==(const spec_request&, const spec_request&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, spec_request& x) {
  return f(x.wanted);
}

// -- heartbeats (R9: never behind a commit)
// -----------------------------------------------------------

/// node -> proxy [INFO]. Doubles as heartbeat. Carries its own identity: it does not take part in
/// the link's sequence, so that it can overtake what waits for a commit.
struct load_report {
  epoch proxy;
  incarnation node;
  std::uint64_t link = 0;
  std::uint64_t stamp_us = 0;      ///< sender's steady clock; echoed by the proxy
  std::uint64_t round_trip_us = 0; ///< as measured on the last echo; 0: unknown
  std::uint32_t queued = 0;
  std::uint32_t running = 0;
  std::uint32_t slots = 0;
  std::uint32_t commit_lag_ms = 0;   ///< age of the oldest uncommitted step
  std::uint64_t done = 0;            ///< attempts ended since the process started
  std::uint32_t home_calls = 0;      ///< calls that its ledger runs here, and that have become long
  std::uint64_t home_calls_done = 0; ///< since the process started; the proxy heard of none of them
  friend bool operator==(const load_report&, const load_report&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, load_report& x) {
  return f(x.proxy, x.node, x.link, x.stamp_us, x.round_trip_us, x.queued, x.running, x.slots,
           x.commit_lag_ms, x.done, x.home_calls, x.home_calls_done);
}

/// proxy -> node. Answers every load_report.
struct heartbeat {
  epoch proxy;
  incarnation node;
  std::uint64_t link = 0;
  std::uint64_t stamp_us = 0; ///< of the load_report
  friend bool operator==(const heartbeat&, const heartbeat&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, heartbeat& x) {
  return f(x.proxy, x.node, x.link, x.stamp_us);
}

// -- jobs on their way out
// ----------------------------------------------------------------------------

/// The one start that a `once` job is ever allowed (R3). `granted` is invalid: none yet.
struct start_grant {
  fence granted;
  ledger_id executor;
  incarnation process;
  friend bool operator==(const start_grant&, const start_grant&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, start_grant& x) {
  return f(x.granted, x.executor, x.process);
}

struct submitted_job {
  std::uint64_t sequence = 0; ///< in the sender's ledger
  std::int64_t submitted_ms = 0;
  std::uint32_t attempts = 0; ///< attempts begun, as its home knows
  std::uint32_t deaths = 0;   ///< unasked deaths while it ran (R14)
  bool fresh = false;         ///< never sent before: nobody can hold it
  start_grant grant;
  job_spec spec;
  friend bool operator==(const submitted_job&, const submitted_job&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, submitted_job& x) {
  return f(x.sequence, x.submitted_ms, x.attempts, x.deaths, x.fresh, x.grant, x.spec);
}

/// home -> proxy.
struct submit_batch {
  std::uint8_t detached = 0; ///< see parcel.hpp
  std::vector<submitted_job> jobs;
  friend bool operator==(const submit_batch&, const submit_batch&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, submit_batch& x) {
  return f(x.detached, x.jobs);
}

/// proxy -> home. Running totals over this link of what the proxy has taken in and committed: the
/// difference to what was sent is the credit used.
struct submit_ack {
  std::uint64_t jobs = 0;
  std::uint64_t bytes = 0; ///< as size_of(job_spec) counts
  friend bool operator==(const submit_ack&, const submit_ack&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, submit_ack& x) {
  return f(x.jobs, x.bytes);
}

struct assignment {
  attempt_ref what;
  std::uint32_t attempt = 0;
  bool alone = false;    ///< the last try of a suspected poison job: nothing else runs beside it
  start_grant grant;     ///< once jobs only: must name the executor's incarnation
  std::string home_code; ///< for the ticket in the job's environment
  job_spec spec;
  friend bool operator==(const assignment&, const assignment&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, assignment& x) {
  return f(x.what, x.attempt, x.alone, x.grant, x.home_code, x.spec);
}

/// proxy -> executor. Run these attempts, in this order, as slots get free.
struct assign_batch {
  std::uint8_t detached = 0;
  std::vector<assignment> jobs;
  friend bool operator==(const assign_batch&, const assign_batch&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, assign_batch& x) {
  return f(x.detached, x.jobs);
}

/// proxy -> executor. Give those of them back that have not started.
struct recall_batch {
  std::vector<attempt_ref> attempts;
  friend bool operator==(const recall_batch&, const recall_batch&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, recall_batch& x) {
  return f(x.attempts);
}

/// proxy -> executor. End these attempts, whatever their state; their results do not count (R4).
/// One, empty perhaps, answers the executor's end mark: what it holds and is not told to end, is
/// wanted.
struct stop_batch {
  std::vector<attempt_ref> attempts;
  friend bool operator==(const stop_batch&, const stop_batch&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, stop_batch& x) {
  return f(x.attempts);
}

enum class release_reason : std::uint8_t {
  recalled = 1,    ///< never started; may run elsewhere as the same attempt
  stopped = 2,     ///< by stop_batch
  interrupted = 3, ///< by the executor's own shutdown: asked for
  died = 4,        ///< R14: it ran and its process was ended by a crash of the node
  refused = 5,     ///< never started: unknown function, wrong grant, could not start now
  kept = 6         ///< answer to a recall: it has started, or is not here
};

struct released_attempt {
  attempt_ref what;
  release_reason reason = release_reason::recalled;
  std::string text; ///< refused: why
  friend bool operator==(const released_attempt&, const released_attempt&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, released_attempt& x) {
  return f(x.what, x.reason, x.text);
}

/// executor -> proxy. Every attempt of a recall or stop is answered here exactly once per link.
struct release_batch {
  std::vector<released_attempt> attempts;
  friend bool operator==(const release_batch&, const release_batch&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, release_batch& x) {
  return f(x.attempts);
}

/// home -> proxy. These own jobs are finished at home (cancelled, given up): drop and stop them.
struct cancel_batch {
  std::vector<std::uint64_t> sequences;
  friend bool operator==(const cancel_batch&, const cancel_batch&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, cancel_batch& x) {
  return f(x.sequences);
}

// -- attempts that ended without a result (R3, R14)
// ---------------------------------------------------

struct lost_attempt {
  std::uint64_t sequence = 0; ///< in the receiver's ledger
  fence assigned;
  std::uint32_t attempt = 0;
  bool death = false; ///< counts against the job (R14)
  std::string node;
  friend bool operator==(const lost_attempt&, const lost_attempt&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, lost_attempt& x) {
  return f(x.sequence, x.assigned, x.attempt, x.death, x.node);
}

/// proxy -> home. The home counts, and answers each with a verdict or with a result of its own
/// (then the job comes back in a cancel_batch).
struct lost_attempt_batch {
  std::vector<lost_attempt> attempts;
  friend bool operator==(const lost_attempt_batch&, const lost_attempt_batch&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, lost_attempt_batch& x) {
  return f(x.attempts);
}

struct verdict {
  std::uint64_t sequence = 0;
  fence assigned; ///< of the lost attempt
  std::uint32_t attempts = 0;
  std::uint32_t deaths = 0;
  friend bool operator==(const verdict&, const verdict&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, verdict& x) {
  return f(x.sequence, x.assigned, x.attempts, x.deaths);
}

/// home -> proxy. Run these again.
struct verdict_batch {
  std::vector<verdict> verdicts;
  friend bool operator==(const verdict_batch&, const verdict_batch&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, verdict_batch& x) {
  return f(x.verdicts);
}

struct job_grant {
  std::uint64_t sequence = 0;
  start_grant grant;
  friend bool operator==(const job_grant&, const job_grant&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_grant& x) {
  return f(x.sequence, x.grant);
}

/// proxy -> home. May these `once` jobs start there? (R3)
struct grant_request {
  std::vector<job_grant> wanted;
  friend bool operator==(const grant_request&, const grant_request&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, grant_request& x) {
  return f(x.wanted);
}

/// home -> proxy. The only grant that each of these jobs will ever have: the wanted one, or an
/// earlier one.
struct grant_batch {
  std::vector<job_grant> granted;
  friend bool operator==(const grant_batch&, const grant_batch&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, grant_batch& x) {
  return f(x.granted);
}

// -- results on their way home
// ------------------------------------------------------------------------

struct travelling_result {
  job_id job;
  job_result result;
  friend bool operator==(const travelling_result&, const travelling_result&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, travelling_result& x) {
  return f(x.job, x.result);
}

/// executor -> proxy -> home [RESULT].
struct result_batch {
  std::uint8_t detached = 0;
  std::vector<travelling_result> results;
  friend bool operator==(const result_batch&, const result_batch&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, result_batch& x) {
  return f(x.detached, x.results);
}

/// proxy -> executor [REQUEST_OF_RES]: send the results of these attempts, as far as there are any.
struct result_request {
  std::vector<attempt_ref> attempts;
  friend bool operator==(const result_request&, const result_request&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, result_request& x) {
  return f(x.attempts);
}

/// proxy -> node [RES_REQ]: results for the jobs submitted there and a request for those executed
/// there, in one message.
struct result_exchange {
  result_request wanted;
  result_batch results;
  friend bool operator==(const result_exchange&, const result_exchange&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, result_exchange& x) {
  return f(x.wanted, x.results);
}

/// proxy -> executor. Running totals over this link of the results that the proxy has taken in: the
/// difference to what was sent is the credit used (R11). No permission to forget anything.
struct result_taken {
  std::uint64_t results = 0;
  std::uint64_t bytes = 0; ///< as size_of(job_result) counts
  friend bool operator==(const result_taken&, const result_taken&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, result_taken& x) {
  return f(x.results, x.bytes);
}

/// home -> proxy -> executor: these jobs have a result at home for good. The only acknowledgement
/// that lets anyone forget a result. Jobs that the home does not know are acknowledged too (R7).
struct result_ack {
  std::vector<attempt_ref> attempts;
  friend bool operator==(const result_ack&, const result_ack&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, result_ack& x) {
  return f(x.attempts);
}

// -- questions
// ----------------------------------------------------------------------------------------

/// home -> proxy (R12): do you still have these? Sent now and then for old unfinished jobs.
struct audit {
  std::vector<sequence_range> unfinished;
  friend bool operator==(const audit&, const audit&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, audit& x) {
  return f(x.unfinished);
}

/// home -> proxy: where are these own jobs now? News, not a promise.
struct locate {
  std::uint64_t question = 0;           ///< chosen by the asker, echoed
  std::vector<std::uint64_t> sequences; ///< empty: all that are assigned or running, at most 10,000
  friend bool operator==(const locate&, const locate&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, locate& x) {
  return f(x.question, x.sequences);
}

struct whereabouts {
  std::uint64_t sequence = 0;
  job_state state = job_state::queued;
  std::uint32_t attempt = 0;
  std::int64_t since_ms = 0; ///< unix time of the assignment to a free slot; 0: not known
  std::string node;
  std::string reason; ///< why it waits, where that is known
  friend bool operator==(const whereabouts&, const whereabouts&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, whereabouts& x) {
  return f(x.sequence, x.state, x.attempt, x.since_ms, x.node, x.reason);
}

/// proxy -> home. Jobs unknown to the proxy are left out.
struct located {
  std::uint64_t question = 0;
  std::vector<whereabouts> jobs;
  friend bool operator==(const located&, const located&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, located& x) {
  return f(x.question, x.jobs);
}

/// A client's request on its way to the ledger that can answer it: asking node -> proxy -> home.
/// Empty `home_code`: the proxy itself answers (NODES, STATS), or asks every node (LIST all).
struct query {
  std::uint64_t question = 0; ///< chosen by the sender of this hop, echoed
  std::string home_code;
  client_request request;
  friend bool operator==(const query&, const query&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, query& x) {
  return f(x.question, x.home_code, x.request);
}

/// home -> proxy -> asking node.
struct answer {
  std::uint8_t detached = 0;
  std::uint64_t question = 0;
  client_answer content;
  friend bool operator==(const answer&, const answer&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, answer& x) {
  return f(x.detached, x.question, x.content);
}

/// asking node -> proxy -> home: nobody waits for this answer any more.
struct abandon {
  std::uint64_t question = 0;
  friend bool operator==(const abandon&, const abandon&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, abandon& x) {
  return f(x.question);
}

/// Both ways: a piece of a long text that belongs to the next message with `detached` bits
/// (parcel.hpp).
struct text_part {
  bool last = false;
  std::string bytes;
  friend bool operator==(const text_part&, const text_part&) = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, text_part& x) {
  return f(x.last, x.bytes);
}

/// What a node says on a link, behind a link_header.
using node_message = std::variant<inventory, submit_batch, release_batch, cancel_batch,
                                  verdict_batch, grant_batch, result_batch, result_ack, audit,
                                  locate, query, answer, abandon, text_part, drain, leave>;

/// What a proxy says on a link, behind a link_header.
using proxy_message =
    std::variant<spec_request, submit_ack, assign_batch, recall_batch, stop_batch,
                 lost_attempt_batch, grant_request, result_batch, result_request, result_exchange,
                 result_taken, result_ack, located, query, answer, abandon, text_part>;

} // namespace evenkeel
