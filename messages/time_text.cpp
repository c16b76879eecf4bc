#include "messages/time_text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace evenkeel {

namespace {

constexpr std::int64_t first_ms = -62'167'219'200'000; // 0000-01-01T00:00:00.000Z
constexpr std::int64_t last_ms = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z

} // namespace

std::string rfc3339_utc(std::int64_t unix_ms) {
  namespace chr = std::chrono;
  const chr::sys_time<chr::milliseconds> at{
      chr::milliseconds{std::clamp(unix_ms, first_ms, last_ms)}};
  const auto midnight = chr::floor<chr::days>(at);
  const chr::year_month_day date{midnight};
  const chr::hh_mm_ss time{at - midnight};
  std::array<char, 64> text{};
  const auto size = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
      static_cast<int>(time.subseconds().count()));
  return std::string(text.data(), static_cast<std::size_t>(size));
}

} // namespace evenkeel
