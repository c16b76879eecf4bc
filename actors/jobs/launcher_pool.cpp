#include "actors/jobs/launcher_pool.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace evenkeel::jobs {

std::size_t launcher_pool::usual_size() {
  constexpr std::size_t most = 4;
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, most);
}

launcher_pool::launcher_pool(const event_sink& sink, const launcher_settings& settings,
                             std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    all_.push_back(std::make_unique<process_launcher>(sink, settings, &successors_));
}

start_result launcher_pool::start(command_request request) {
  const auto& chosen =
      *std::ranges::min_element(all_, {}, [](const auto& one) { return one->unfinished(); });
  return chosen->start(std::move(request));
}

/// Only the one that has it takes note.
void launcher_pool::stop(std::uint64_t token) {
  for (const auto& one : all_)
    one->stop(token);
}

} // namespace evenkeel::jobs
