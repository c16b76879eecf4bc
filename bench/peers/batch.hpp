// A batch of Evenkeel jobs that is submitted without waiting for anything, until the last of them
// is over. Must not know: servers.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace evenkeel::bench {

/// Two connections: jobs go out on one, and for each ticket that comes back a WAIT on the other, so
/// that every result is fetched. Returns jobs a second. Throws as run_load does.
double run_batch(std::uint16_t port, std::uint64_t count, const std::atomic<bool>* stop);

/// One connection: `count` copies of the request line `job`, and WAIT ALL. Returns jobs a second.
double run_until_all_ended(std::uint16_t port, std::uint64_t count, const std::string& job,
                           const std::atomic<bool>* stop);

} // namespace evenkeel::bench
