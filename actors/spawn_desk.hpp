// A shell around core::spawn_list: keeps the list of spawned nodes, answers `evenkeel spawn` and
// `despawn`, and has a host_keeper for each host. Must not decide anything.
#pragma once

#include "actors/core/spawn_list.hpp"
#include "actors/local_interfaces.hpp"
#include "actors/step.hpp"
#include "tls/credentials.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel {

class spawn_desk_state {
public:
  static constexpr const char* name = "spawn_desk";
  using pointer = spawn_desk_actor::stateful_pointer<spawn_desk_state>;

  void start(pointer self, store_actor store, std::shared_ptr<core::spawn_list> list,
             std::shared_ptr<const tls::credentials> ours);
  void on_listening(const proxy_listens& news);
  caf::result<hosting_answer> on_request(const hosting_wish& wish);
  void on_ended(const node_ended& news);
  void on_committed(const committed& news);

private:
  void flush();
  void run(core::spawn_list_output& output);
  host_keeper_actor& keeper_of(const spawn_order& order);

  pointer self_ = nullptr;
  std::shared_ptr<core::spawn_list> list_;
  std::shared_ptr<const tls::credentials> ours_; ///< null: plain
  step<core::spawn_list_output> step_;
  std::map<std::pair<std::string, std::uint16_t>, host_keeper_actor> keepers_;
  std::map<std::uint64_t, caf::typed_response_promise<hosting_answer>> askers_;
  std::uint64_t next_asker_ = 1;
};

spawn_desk_actor::behavior_type spawn_desk(spawn_desk_state::pointer self, store_actor store,
                                           std::shared_ptr<core::spawn_list> list,
                                           std::shared_ptr<const tls::credentials> ours);

} // namespace evenkeel
