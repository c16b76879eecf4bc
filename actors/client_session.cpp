#include "actors/client_session.hpp"

#include <utility>
#include <vector>

namespace evenkeel {

void client_session_state::start(pointer self, std::uint64_t session, node_service node,
                                 std::shared_ptr<client_connection> connection) {
  self_ = self;
  session_ = session;
  node_ = std::move(node);
  connection_ = std::move(connection);
}

void client_session_state::on_read(const std::string& bytes) {
  reading_ = false;
  core_.on_bytes(bytes);
  run_outputs();
}

void client_session_state::run_outputs() {
  auto wanted = core_.take();
  if (!wanted.asks.empty())
    self_->send(node_, session_requests{session_, self_, std::move(wanted.asks)});
  if (!wanted.bytes.empty())
    connection_->write(std::move(wanted.bytes));
  if (wanted.finish)
    connection_->finish(wanted.discard_limit);
  if (!reading_ && core_.wants_input()) {
    reading_ = true;
    connection_->read_more();
  }
}

void client_session_state::on_gone() {
  self_->send(node_, session_closed{session_});
  connection_ = nullptr;
  self_->quit();
}

client_session_actor::behavior_type client_session(client_session_state::pointer self,
                                                   std::uint64_t session, node_service node,
                                                   std::shared_ptr<client_connection> connection) {
  auto* state = &self->state;
  state->start(self, session, std::move(node), std::move(connection));
  return {
      [state](const std::vector<numbered_answer>& answers) {
        state->tell([&](auto& core) {
          for (const auto& answer : answers)
            core.on_answer(answer.number, answer.content);
        });
      },
      [state](const std::string& bytes) { state->on_read(bytes); },
      [state](client_eof) { state->tell([](auto& core) { core.on_half_closed(); }); },
      [state](client_gone) { state->on_gone(); },
      [state](const client_drained& drained) {
        state->tell([&](auto& core) { core.on_written(drained.bytes); });
      },
  };
}

} // namespace evenkeel
