#include "persistence/captured_log.hpp"

#include <array>
#include <cstdio>
#include <string_view>

namespace evenkeel::persistence {

void captured_log::Logv(const char* format, std::va_list arguments) {
  constexpr std::size_t longest = 1000;
  constexpr std::size_t most = 1000;
  std::array<char, longest> line{};
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" // the format is LevelDB's
  (void)std::vsnprintf(line.data(), line.size(), format, arguments);
#pragma GCC diagnostic pop
  const std::lock_guard guard(mutex_);
  if (lines_.size() < most && std::string_view(line.data()).starts_with(wanted_))
    lines_.emplace_back(line.data());
}

std::vector<std::string> captured_log::lines() const {
  const std::lock_guard guard(mutex_);
  return lines_;
}

} // namespace evenkeel::persistence
