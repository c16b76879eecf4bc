// The result text of a sleep job, word for word as the original system wrote it.
// Must not know: how the time was spent, or any clock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel::jobs {

/// `Executed Job[<ticket>] for <ms> milliseconds from <timestamp> to <timestamp>`, without a
/// newline. `slept_ms` is the time the client asked for; `started_ms` and `ended_ms` are unix times
/// in milliseconds, printed as RFC 3339 in UTC.
std::string sleep_result_text(std::string_view ticket, std::uint32_t slept_ms,
                              std::int64_t started_ms, std::int64_t ended_ms);

} // namespace evenkeel::jobs
