// The one error enum: every refusal that a client, a peer or a log line can see.
// Must not know: who raises or prints it.
#pragma once

#include <cstdint>
#include <string_view>

namespace evenkeel {

/// The codes of the client protocol (docs/protocol.md), used between processes as well.
enum class errc : std::uint8_t {
  ok = 0,
  bad_request = 1, ///< malformed; will never work as it is
  not_found = 2,   ///< said by the named ledger alone (R15)
  not_ready = 3,   ///< the job has no result yet
  conflict = 4,    ///< does not fit the job's or session's state
  too_big = 5,     ///< over a limit of this protocol
  busy = 6,        ///< a limit of this node is reached for now
  unavailable = 7, ///< the ledger or proxy that could answer cannot be reached now
  denied = 8,      ///< not allowed
  internal = 9     ///< a defect of ours
};

/// "BAD_REQUEST", as it stands on the wire after the minus sign; "OK" for `ok`.
std::string_view to_text(errc code);

/// True where the same request may succeed later without any change.
bool retryable(errc code);

} // namespace evenkeel
