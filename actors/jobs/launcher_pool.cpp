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
    all_.push_back(std::make_unique<process_launcher>(sink, settings));
}

start_result launcher_pool::start(command_request request) {
  auto& chosen = launcher_of(request.token);
  return chosen.start(std::move(request));
}

} // namespace evenkeel::jobs
