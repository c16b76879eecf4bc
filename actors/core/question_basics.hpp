// What question_desk and query_router have in common: deadlines, refusals, which ledger answers
// what. For question_desk*.cpp and query_router*.cpp alone.
#pragma once

#include "actors/core/effects.hpp"
#include "messages/client.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace evenkeel::core {

/// A steady time in microseconds that never comes.
inline constexpr std::int64_t never_us = std::numeric_limits<std::int64_t>::max();

/// `ms` from now; a negative `ms` (wait_for_ever) is never, and so is what would overflow.
inline std::int64_t time_after(instant now, std::int64_t ms) {
  if (ms < 0 || ms >= (never_us - now.steady_us) / us_per_ms)
    return never_us;
  return now.steady_us + ms * us_per_ms;
}

/// When to give up on an answer: `patience_ms` from now, for a WAIT after its own time.
inline std::int64_t answer_deadline(const client_request& request, std::int64_t patience_ms,
                                    instant now) {
  if (request.kind != request_kind::wait)
    return time_after(now, patience_ms);
  const auto own_end = time_after(now, request.timeout_ms);
  return own_end == never_us ? never_us : time_after({own_end, now.wall_ms}, patience_ms);
}

/// An answer without content.
inline client_answer refusal_of(const client_request& request, errc code, std::string why) {
  client_answer answer;
  answer.kind = request.kind;
  answer.code = code;
  answer.text = std::move(why);
  answer.subject = request.subject;
  return answer;
}

} // namespace evenkeel::core
