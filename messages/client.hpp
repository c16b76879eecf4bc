// What a client session asks of its node, and what it gets back. The same two structs travel
// through the proxy when a ticket's home is another node. Text (parsing, formatting) is the
// session's matter. Must not know: the line protocol, actors, disks.
#pragma once

#include "messages/error.hpp"
#include "messages/job.hpp"
#include "messages/ticket.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel {

enum class request_kind : std::uint8_t {
  submit = 1,   ///< `spec`, `key`
  status = 2,   ///< `subject`
  result = 3,   ///< `subject`, `streams`
  wait = 4,     ///< `subject`, `streams`, `timeout_ms`
  wait_all = 5, ///< `own_sequences`, `timeout_ms`, `limit`: tickets of this node only; where there
                ///< are more than `limit`, the answer has the counts alone
  cancel = 6,   ///< `subject`
  forget = 7,   ///< `subject`
  list = 8,     ///< `everywhere`, `state_mask`, `limit`, `after`
  nodes = 9,
  stats = 10,
  all_results = 11, ///< the original's `getall`: jobs of this node, oldest first, with results;
                    ///< paged by `after`, `limit`
  retire = 12       ///< the ledger with the code of `subject`, which names no job, is dead
};

/// Which of a result's streams an answer carries; the sizes of both are always told.
enum class stream_choice : std::uint8_t { none = 0, out = 1, err = 2, both = 3 };

/// `timeout_ms` of a wait without an end.
inline constexpr std::int64_t wait_for_ever = -1;

/// Who asks, as the node knows it that the client is connected to; other nodes take its word.
/// Without tokens everybody is this nobody, who sees everything.
struct asker {
  std::string name;     ///< of the token; empty: none was needed
  bool sees_all = true; ///< may see and touch every job, not only those of `name`
  friend bool operator==(const asker&, const asker&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, asker& x) {
  return f(x.name, x.sees_all);
}

/// Whether the jobs of `owner` are there for `who`. Those that are not are answered as if they had
/// never been.
inline bool may_see(const asker& who, const std::string& owner) {
  return who.sees_all || who.name == owner;
}

struct client_request {
  request_kind kind = request_kind::status;
  stream_choice streams = stream_choice::out;
  bool everywhere = false;
  std::uint32_t state_mask = 0; ///< bit `1 << job_state`; 0: every state
  std::uint32_t limit = 1000;
  std::int64_t timeout_ms = wait_for_ever;
  ticket subject;
  ticket after; ///< empty code: from the start
  std::int64_t after_submitted_ms =
      0; ///< of `after`, where `everywhere`: the order is by time then
  job_spec spec;
  std::string key; ///< submit: empty, or what names this job among the asker's of its node
  std::vector<std::uint64_t> own_sequences;
  asker who;
  friend bool operator==(const client_request&, const client_request&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, client_request& x) {
  return f(x.kind, x.streams, x.everywhere, x.state_mask, x.limit, x.timeout_ms, x.subject, x.after,
           x.after_submitted_ms, x.spec, x.key, x.own_sequences, x.who);
}

/// One job as STATUS, LIST and WAIT ALL show it.
struct job_view {
  ticket name;
  job_state state = job_state::queued;
  job_kind kind = job_kind::command;
  bool once = false;
  std::uint32_t attempt = 0; ///< 0: none begun yet
  std::int32_t exit_code = 0;
  std::int32_t signal = 0;
  std::uint32_t sleep_ms = 0; ///< sleeps only
  std::int64_t submitted_ms = 0;
  std::int64_t started_ms = 0; ///< 0: unknown or not yet
  std::int64_t ended_ms = 0;   ///< 0: not yet
  std::uint64_t out_bytes = 0;
  std::uint64_t err_bytes = 0;
  bool out_truncated = false;
  bool err_truncated = false;
  std::string node;   ///< where it runs or ran; empty: nowhere
  std::string reason; ///< why it waits or failed
  std::string text;   ///< the beginning of the command or the function's name
  std::string key;    ///< as submitted; empty: none
  friend bool operator==(const job_view&, const job_view&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_view& x) {
  return f(x.name, x.state, x.kind, x.once, x.attempt, x.exit_code, x.signal, x.sleep_ms,
           x.submitted_ms, x.started_ms, x.ended_ms, x.out_bytes, x.err_bytes, x.out_truncated,
           x.err_truncated, x.node, x.reason, x.text, x.key);
}

/// What a client gets. `code` other than ok: `text` says why, for a human; fields that apply to an
/// error as well (subject, view) may be set.
struct client_answer {
  request_kind kind = request_kind::status; ///< of the request
  errc code = errc::ok;
  bool more = false;        ///< LIST: further jobs follow after the last one
  bool repeated = false;    ///< CANCEL of a cancelled job, submission of a key that is known
  std::uint64_t done = 0;   ///< WAIT ALL: how many are done
  std::uint64_t failed = 0; ///< WAIT ALL: how many ended otherwise
  std::string text;
  ticket subject;
  std::vector<job_view>
      jobs; ///< one for STATUS, RESULT, WAIT; many for LIST, WAIT ALL, getall; SUBMIT:
            ///< perhaps one that has ended already, with its `out` in `outputs`
  std::vector<std::string> outputs; ///< RESULT, WAIT: the chosen streams, in the order out, err;
                                    ///< getall: one output for each of `jobs`
  std::vector<std::vector<std::pair<std::string, std::string>>> records; ///< NODES, STATS
  friend bool operator==(const client_answer&, const client_answer&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, client_answer& x) {
  return f(x.kind, x.code, x.more, x.repeated, x.done, x.failed, x.text, x.subject, x.jobs,
           x.outputs, x.records);
}

} // namespace evenkeel
