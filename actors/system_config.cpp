#include "actors/system_config.hpp"

#include "actors/event_loop.hpp"
#include "actors/log.hpp"
#include "messages/interfaces.hpp"
#include "tls/session_guard.hpp"

#include <caf/io/all.hpp>
#include <caf/openssl/all.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>

namespace evenkeel {

system_config::system_config(std::size_t workers, std::shared_ptr<const tls::credentials> ours)
    : credentials_(std::move(ours)) {
  add_message_types<caf::id_block::evenkeel>();
  load<caf::io::middleman, event_loop>();
  if (workers == 0)
    load<event_loop_scheduler>();
  // Work sharing: idle workers sleep on a condition variable instead of polling for work to steal.
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", static_cast<std::uint64_t>(std::max<std::size_t>(workers, 1)));
  // Messages from other processes are decoded where they are read: one hand-over less for each.
  set("middleman.workers", std::uint64_t{0});
  // CAF notices a silent connection only with these, on both sides. As long as it believes in one
  // it gives it to whoever connects, and TCP wakes it up ever later: a link that is healed after a
  // lease would be found seconds after that. What is dropped without need is made again at once.
  set("middleman.heartbeat-interval", caf::timespan{std::chrono::milliseconds(500)});
  set("middleman.connection-timeout", caf::timespan{std::chrono::milliseconds(2500)});
  if (!credentials_)
    return;
  load<caf::openssl::manager>();
  openssl_certificate = credentials_->cert_path();
  openssl_key = credentials_->key_path();
  openssl_cafile = credentials_->ca_path();
  tls::guard_sessions([](const std::string& where_who_and_why) {
    log_line(core::note::level::warning, "refused a peer at " + where_who_and_why);
  });
}

} // namespace evenkeel
