// What answers, in a process of its own: workers of the peers, and servers that answer from memory
// and so show what the load itself can do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace evenkeel::bench {

/// What each of these says on stdout once it answers.
inline constexpr const char* answering_words = "answering";

/// So many workers of beanstalkd, redis or gearman, until the process is ended.
void run_workers(const std::string& peer, std::uint16_t port, std::size_t count);
/// Speaks as much of Evenkeel's protocol as the load does: every CALL gets the same ticket, and
/// every WAIT LAST its result.
void run_mock(std::uint16_t port);
/// Sends back what comes.
void run_echo(std::uint16_t port);

} // namespace evenkeel::bench
