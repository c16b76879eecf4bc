#include "actors/jobs/sleep_job.hpp"

#include "messages/time_text.hpp"

namespace evenkeel::jobs {

std::string sleep_result_text(std::string_view ticket, std::uint32_t slept_ms,
                              std::int64_t started_ms, std::int64_t ended_ms) {
  std::string text = "Executed Job[";
  text += ticket;
  text += "] for ";
  text += std::to_string(slept_ms);
  text += " milliseconds from ";
  text += rfc3339_utc(started_ms);
  text += " to ";
  text += rfc3339_utc(ended_ms);
  return text;
}

} // namespace evenkeel::jobs
