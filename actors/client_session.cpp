#include "actors/client_session.hpp"

#include "messages/version.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace evenkeel {

client_session::client_session(std::uint64_t number, client_session_actor self,
                               client_socket socket, request_sink requests, token_lookup tokens,
                               input_toll toll)
    : number_(number), self_(std::move(self)), requests_(std::move(requests)),
      tokens_(std::move(tokens)), toll_(std::move(toll)),
      connection_(std::make_shared<client_connection>(std::move(socket))),
      core_(version, {}, static_cast<bool>(tokens_)) {}

client_session::~client_session() {
  connection_->abandon();
}

void client_session::start(std::function<void()> on_gone) {
  connection_events handlers;
  handlers.on_input = [this](std::string_view bytes) {
    if (toll_)
      connection_->rest(toll_(bytes.size()));
    core_.on_bytes(bytes);
    run_outputs();
  };
  handlers.on_eof = [this] {
    core_.on_half_closed();
    run_outputs();
  };
  handlers.on_written = [this](std::size_t bytes) {
    core_.on_written(bytes);
    run_outputs();
  };
  handlers.on_pause_over = [this] {
    core_.on_pause_over();
    run_outputs();
  };
  handlers.on_gone = std::move(on_gone);
  connection_->start(std::move(handlers));
  connection_->read();
}

void client_session::on_answers(std::vector<numbered_answer> answers) {
  for (auto& answer : answers)
    core_.on_answer(answer.number, std::move(answer.content));
  run_outputs();
}

void client_session::on_access_changed(const core::client_access* now) {
  core_.on_access_changed(now);
  run_outputs();
}

/// What leaves at once may let the core go on: again, until it has nothing more to say.
void client_session::run_outputs() {
  for (auto wanted = core_.take(); !wanted.empty(); wanted = core_.take()) {
    if (!wanted.asks.empty())
      requests_(session_requests{number_, self_, std::move(wanted.asks)});
    if (!wanted.bytes.empty())
      core_.on_written(connection_->write(std::move(wanted.bytes)));
    if (wanted.token) {
      const auto found = tokens_(*wanted.token);
      core_.on_access(found.access, found.room);
    }
    if (wanted.pause_ms != 0)
      connection_->pause(std::chrono::milliseconds(wanted.pause_ms));
    if (wanted.finish)
      connection_->finish(wanted.discard_limit);
  }
  if (core_.wants_input())
    connection_->read();
}

} // namespace evenkeel
