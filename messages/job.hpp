// What a job is, what became of it, and the states in between.
// Plain structs without CAF; must not know how jobs are stored, sent or run.
#pragma once

#include "messages/ids.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel {

enum class job_kind : std::uint8_t { command = 1, script = 2, function = 3, sleep = 4 };

/// "command", "script", "function", "sleep".
std::string_view to_text(job_kind kind);

/// What to do. Immutable once its ticket is acknowledged.
struct job_spec {
  job_kind kind = job_kind::command;
  bool once = false;      ///< never start a second time (R3)
  bool has_stdin = false; ///< command only: `body` is its standard input
  std::uint32_t sleep_ms = 0;
  std::string text; ///< command: for /bin/sh -c; function: its name; else empty
  std::string body; ///< script: its text; command: stdin; function: its arguments
  friend bool operator==(const job_spec&, const job_spec&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_spec& x) {
  return f(x.kind, x.once, x.has_stdin, x.sleep_ms, x.text, x.body);
}

/// Bytes that count against limits and windows.
inline std::size_t size_of(const job_spec& spec) {
  return sizeof(job_spec) + spec.text.size() + spec.body.size();
}

/// How a finished job ended.
enum class outcome : std::uint8_t {
  done = 1,      ///< exit 0, or the function returned
  failed = 2,    ///< non-zero exit, signal, exception, or given up
  cancelled = 3, ///< by the client; nothing that ran counts
  lost = 4       ///< a `once` job whose only permitted start is gone
};

/// The one result of a job. Once fsynced at its home it never changes.
struct job_result {
  outcome how = outcome::done;
  bool out_truncated = false;
  bool err_truncated = false;
  std::int32_t exit_code = 0;
  std::int32_t signal = 0; ///< 0: ended by itself
  std::uint32_t attempt = 0;
  fence assigned;
  std::int64_t started_ms = 0; ///< unix time; 0: never started
  std::int64_t ended_ms = 0;   ///< unix time
  std::string node;            ///< name of the executor
  std::string reason;          ///< one word or short text where exit and signal do not tell
  std::string out;
  std::string err;
  friend bool operator==(const job_result&, const job_result&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_result& x) {
  return f(x.how, x.out_truncated, x.err_truncated, x.exit_code, x.signal, x.attempt, x.assigned,
           x.started_ms, x.ended_ms, x.node, x.reason, x.out, x.err);
}

inline std::size_t size_of(const job_result& result) {
  return sizeof(job_result) + result.node.size() + result.reason.size() + result.out.size()
         + result.err.size();
}

/// What STATUS shows.
enum class job_state : std::uint8_t {
  queued = 1,
  assigned = 2,
  running = 3,
  done = 4,
  failed = 5,
  cancelled = 6,
  lost = 7
};

std::string_view to_text(job_state state);
job_state state_of(outcome how);
inline bool finished(job_state state) {
  return state >= job_state::done;
}

} // namespace evenkeel
