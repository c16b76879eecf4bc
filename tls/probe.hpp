// Asks a peer whether it will have us, with a deadline and an answer in words: CAF has neither.
// Must not know: CAF.
#pragma once

#include "tls/credentials.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace evenkeel::tls {

/// Empty when a peer listens there that trusts us and that we trust, else why not. It is one that
/// speaks first, as CAF's servers do: only then has it looked at our certificate. Blocks.
std::string probe(const std::string& host, std::uint16_t port, const credentials& ours,
                  std::chrono::milliseconds timeout);

} // namespace evenkeel::tls
