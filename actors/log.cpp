#include "actors/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace evenkeel {

bool is_log_level(const std::string& word) {
  return word == "off" || spdlog::level::from_str(word) != spdlog::level::off;
}

bool start_logging(const std::string& level) {
  if (!is_log_level(level))
    return false;
  const auto chosen = spdlog::level::from_str(level);
  auto logger = spdlog::stderr_color_mt("evenkeel");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
  logger->set_level(chosen);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
  return true;
}

bool debug_is_on() {
  return spdlog::should_log(spdlog::level::debug);
}

void log_line(core::note::level severity, const std::string& text) {
  switch (severity) {
  case core::note::level::debug:
    spdlog::debug("{}", text);
    break;
  case core::note::level::info:
    spdlog::info("{}", text);
    break;
  case core::note::level::warning:
    spdlog::warn("{}", text);
    break;
  case core::note::level::error:
    spdlog::error("{}", text);
    break;
  }
}

} // namespace evenkeel
