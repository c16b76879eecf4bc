// A shell around core::host_watch: finds one host, remote-spawns nodes there, and watches over it.
// A detached actor for each host, so that one that swallows packets stalls no other. Must not
// decide anything.
#pragma once

#include "actors/core/host_watch.hpp"
#include "actors/local_interfaces.hpp"
#include "tls/credentials.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace evenkeel {

class host_keeper_state {
public:
  static constexpr const char* name = "host_keeper";
  using pointer = host_keeper_actor::stateful_pointer<host_keeper_state>;

  void start(pointer self, spawn_desk_actor owner, std::string host, std::uint16_t port,
             std::shared_ptr<const tls::credentials> ours);
  template <class Input>
  void tell(Input&& input) {
    core::host_watch_effects fx;
    input(*watch_, fx);
    run(fx);
  }
  void on_tick();

private:
  void run(core::host_watch_effects& fx);
  void look();
  void ask();
  void spawn(const spawn_order& order);
  void unreachable(const std::string& why);

  pointer self_ = nullptr;
  spawn_desk_actor owner_;
  std::string host_;
  std::uint16_t port_ = 0;
  std::shared_ptr<const tls::credentials> ours_; ///< null: plain
  std::optional<core::host_watch> watch_;
  host_actor found_;
};

/// Spawn with caf::detached.
host_keeper_actor::behavior_type host_keeper(host_keeper_state::pointer self,
                                             spawn_desk_actor owner, std::string host,
                                             std::uint16_t port,
                                             std::shared_ptr<const tls::credentials> ours);

} // namespace evenkeel
