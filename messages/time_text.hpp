// Points in time as people and logs read them.
// Must not know: clocks, time zones other than UTC, or who prints the text.
#pragma once

#include <cstdint>
#include <string>

namespace evenkeel {

/// `2026-11-23T19:16:27.123Z` for milliseconds since 1970-01-01 UTC (negative: before it).
/// RFC 3339 ends with the year 9999 and begins with the year 0: times outside print as the nearest
/// time inside.
std::string rfc3339_utc(std::int64_t unix_ms);

} // namespace evenkeel
