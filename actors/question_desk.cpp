#include "actors/question_desk.hpp"

#include "actors/clock.hpp"
#include "actors/log.hpp"
#include "actors/step.hpp"

#include <utility>

namespace evenkeel {

core::instant question_desk_state::read_now() {
  return read_clock();
}

void question_desk_state::start(pointer self, node_service node, logger log) {
  self_ = self;
  log_ = std::move(log);
  node_ = std::move(node);
}

void question_desk_state::on_tick() {
  tell([](auto& desk, auto now, auto& fx) { desk.on_tick(now, fx); });
}

void question_desk_state::run(core::desk_effects& fx) {
  std::vector<core::to_proxy> outgoing;
  std::vector<core::reply> replies;
  for (auto& output : fx.outputs)
    std::visit(overloaded{
                   [&](core::to_proxy& x) { outgoing.push_back(std::move(x)); },
                   [&](core::reply& x) { replies.push_back(std::move(x)); },
                   [&](core::note& x) { log_.line(x); },
               },
               output);
  if (!outgoing.empty())
    self_->send(node_, std::move(outgoing));
  if (!replies.empty())
    self_->send(node_, std::move(replies));
}

question_actor::behavior_type question_desk(question_desk_state::pointer self, node_service node,
                                            logger log) {
  auto* state = &self->state;
  state->start(self, std::move(node), std::move(log));
  return {
      [state](const core::link_up& up) {
        state->tell([&](auto& desk, auto now, auto& fx) { desk.on_link_up(up.link, now, fx); });
      },
      [state](const core::link_down&) {
        state->tell([](auto& desk, auto now, auto& fx) { desk.on_link_down(now, fx); });
      },
      [state](const core::from_proxy& message) {
        state->tell(
            [&](auto& desk, auto now, auto& fx) { desk.on_message(message.content, now, fx); });
      },
      [state](const remote_request& request) {
        state->tell([&](auto& desk, auto now, auto& fx) {
          desk.on_request(request.from, request.content, now, fx);
        });
      },
      [state](const session_closed& gone) {
        state->tell([&](auto& desk, auto, auto& fx) { desk.on_session_closed(gone.session, fx); });
      },
      [state](tick_atom) { state->on_tick(); },
      [](flush_atom) {},
      [state](stop_atom) { state->tell([](auto& desk, auto, auto& fx) { desk.on_stop(fx); }); },
  };
}

} // namespace evenkeel
