#include "actors/system_config.hpp"

#include "messages/interfaces.hpp"

#include <caf/io/all.hpp>

#include <chrono>
#include <cstdint>

namespace evenkeel {

system_config::system_config(std::size_t workers) {
  add_message_types<caf::id_block::evenkeel>();
  load<caf::io::middleman>();
  // Work sharing: idle workers sleep on a condition variable instead of polling for work to steal.
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", static_cast<std::uint64_t>(workers));
  // Messages from other processes are decoded where they are read: one hand-over less for each.
  set("middleman.workers", std::uint64_t{0});
  // CAF notices a silent connection only with these, on both sides; our own leases decide earlier.
  set("middleman.heartbeat-interval", caf::timespan{std::chrono::seconds(1)});
  set("middleman.connection-timeout", caf::timespan{std::chrono::seconds(5)});
}

} // namespace evenkeel
