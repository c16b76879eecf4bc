// Several launchers that share the commands of a node: a thread that makes a process waits until
// the new program has been loaded, and one alone would leave processors idle. Thread-safe as
// process_launcher is. Must not know: slots, jobs.
#pragma once

#include "actors/jobs/process_launcher.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace evenkeel::jobs {

class launcher_pool {
public:
  /// One for each processor, at most 4.
  static std::size_t usual_size();

  /// `sink` is called on the threads of all launchers. Throws as process_launcher does.
  explicit launcher_pool(const event_sink& sink, const launcher_settings& settings = {},
                         std::size_t size = usual_size());

  /// By the launcher that has least to do.
  [[nodiscard]] start_result start(command_request request);
  /// In the place of the next command that ends: `successor` in its end says so. Until then nothing
  /// follows for it.
  void start_in_place(command_request request) { successors_.push(std::move(request)); }
  /// Of these, the first that still waits: it will not be started in a place.
  std::optional<command_request> take_waiting() { return successors_.take(); }
  /// The same for one of them; false: it has been started, or never waited.
  bool withdraw(std::uint64_t token) { return successors_.withdraw(token); }
  void stop(std::uint64_t token);

private:
  command_queue successors_; ///< outlives the launchers
  std::vector<std::unique_ptr<process_launcher>> all_;
};

} // namespace evenkeel::jobs
