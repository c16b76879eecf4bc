// Several launchers that share the commands of a node: a thread that makes a process waits until
// the new program has been loaded, and one alone would leave processors idle. Thread-safe as
// process_launcher is. Must not know: slots, jobs.
#pragma once

#include "actors/jobs/process_launcher.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace evenkeel::jobs {

class launcher_pool {
public:
  /// One for each processor, at most 4.
  static std::size_t usual_size();

  /// `sink` is called on the threads of all launchers. Throws as process_launcher does.
  explicit launcher_pool(const event_sink& sink, const launcher_settings& settings = {},
                         std::size_t size = usual_size());

  [[nodiscard]] start_result start(command_request request);
  void stop(std::uint64_t token) { launcher_of(token).stop(token); }

private:
  process_launcher& launcher_of(std::uint64_t token) { return *all_[token % all_.size()]; }

  std::vector<std::unique_ptr<process_launcher>> all_;
};

} // namespace evenkeel::jobs
