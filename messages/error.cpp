#include "messages/error.hpp"

namespace evenkeel {

std::string_view to_text(errc code) {
  switch (code) {
  case errc::ok:
    return "OK";
  case errc::bad_request:
    return "BAD_REQUEST";
  case errc::not_found:
    return "NOT_FOUND";
  case errc::not_ready:
    return "NOT_READY";
  case errc::conflict:
    return "CONFLICT";
  case errc::too_big:
    return "TOO_BIG";
  case errc::busy:
    return "BUSY";
  case errc::unavailable:
    return "UNAVAILABLE";
  case errc::denied:
    return "DENIED";
  case errc::internal:
    return "INTERNAL";
  }
  return "INTERNAL";
}

bool retryable(errc code) {
  return code == errc::not_ready || code == errc::busy || code == errc::unavailable;
}

} // namespace evenkeel
