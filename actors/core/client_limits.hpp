// The limits of one client connection (docs/protocol.md, "Limits"): what keeps its memory bounded.
// Settable for tests; production uses the defaults.
#pragma once

#include <cstddef>
#include <cstdint>

namespace evenkeel::core {

struct client_limits {
  std::size_t line_bytes = 64U << 10U; ///< without the line's end; beyond: -TOO_BIG, close
  std::size_t body_bytes = 1U << 20U;  ///< beyond: -TOO_BIG, close
  std::size_t unparsed_bytes = 256U
                               << 10U;  ///< read ahead of a blocked request; then reading pauses
  std::size_t unsent_bytes = 1U << 20U; ///< replies; beyond: nothing new is parsed
  std::size_t held_bytes = 1U << 20U;   ///< replies that wait for an earlier one
  std::size_t requests_in_flight = 1000;
  std::size_t asked_bytes = 4U << 20U; ///< of submissions in flight; beyond: nothing new is parsed
  std::size_t waits_in_flight = 100;   ///< each may come back with two full streams
  std::size_t own_tickets = 1'000'000; ///< that WAIT ALL can cover
  std::size_t page = 1000;             ///< jobs that getall and WAIT ALL ask for at a time
  std::uint32_t first_pause_ms = 500;  ///< before a wrong token is refused; doubled every time
  std::uint32_t wrong_tokens = 3;      ///< then the connection is closed
  std::uint64_t discarded_bytes = 64U << 20U; ///< input that is read and dropped while closing
};

inline constexpr std::uint32_t max_sleep_ms = 2'147'483'647;
inline constexpr std::uint64_t max_list_limit = 10'000;
inline constexpr std::uint64_t max_timeout_seconds = 1'000'000'000;
inline constexpr std::size_t max_function_name = 64;
inline constexpr std::size_t max_end_word = 255;
inline constexpr std::size_t max_token = 255;
inline constexpr std::size_t max_key = 255; ///< bytes of a key=, decoded

} // namespace evenkeel::core
