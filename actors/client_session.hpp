// One client's session: a shell around core::client_session_core. Bytes from its connection go in,
// requests go to the node, answers come back, bytes go out.
// Owns: the session core, its end of the connection. Must not decide anything.
#pragma once

#include "actors/client_connection.hpp"
#include "actors/core/client_session.hpp"
#include "actors/local_interfaces.hpp"
#include "messages/version.hpp"

#include <cstdint>
#include <memory>

namespace evenkeel {

class client_session_state {
public:
  static constexpr const char* name = "client_session";
  using pointer = client_session_actor::stateful_pointer<client_session_state>;

  void start(pointer self, std::uint64_t session, node_service node,
             std::shared_ptr<client_connection> connection);
  template <class Input>
  void tell(Input&& input) {
    input(core_);
    run_outputs();
  }
  void on_read(const std::string& bytes);
  void on_gone();

private:
  void run_outputs();

  pointer self_ = nullptr;
  std::uint64_t session_ = 0;
  node_service node_;
  std::shared_ptr<client_connection> connection_;
  core::client_session_core core_{version};
  bool reading_ = true; ///< a read was asked for and has not come back
};

client_session_actor::behavior_type client_session(client_session_state::pointer self,
                                                   std::uint64_t session, node_service node,
                                                   std::shared_ptr<client_connection> connection);

} // namespace evenkeel
