#include "actors/result_collector.hpp"

#include "actors/core/routing.hpp"
#include "actors/log.hpp"

#include <utility>

namespace evenkeel {

void result_collector_state::start(pointer self, store_actor store,
                                   std::shared_ptr<core::result_relay> relay,
                                   std::shared_ptr<core::query_router> router) {
  self_ = self;
  store_ = store;
  relay_ = std::move(relay);
  router_ = std::move(router);
  step_ = {std::move(store), 0};
}

void result_collector_state::schedule_flush() {
  if (!std::exchange(flush_scheduled_, true))
    self_->send(self_, flush_atom::value); // behind everything that waits in the mailbox now
}

void result_collector_state::flush() {
  flush_scheduled_ = false;
  relay_->flush(read_clock(), step_.fx());
  run_outputs();
}

void result_collector_state::on_committed(const committed& news) {
  step_.on_committed(news.number);
  run_outputs();
}

void result_collector_state::on_tick() {
  ask([](auto& questions, auto now, auto& fx) { questions.on_tick(now, fx); });
}

void result_collector_state::run_outputs() {
  std::vector<core::to_node> outgoing;
  for (auto& output : step_.commit_and_take(self_))
    std::visit(
        overloaded{
            [&](core::to_node& x) { outgoing.push_back(std::move(x)); },
            [&](core::results_gone& x) { self_->send(neighbours_.dispatcher, std::move(x)); },
            [&](core::load_record& x) {
              self_->send(store_, load{self_, step_.tag(), x.where});
            },
            [](core::note& x) { log_line(x); },
        },
        output);
  if (!outgoing.empty())
    self_->send(neighbours_.proxy, std::move(outgoing));
}

void result_collector_state::run_router(core::router_effects& fx) {
  std::vector<core::to_node> outgoing;
  for (auto& output : fx.outputs)
    std::visit(overloaded{
                   [&](core::to_node& x) { outgoing.push_back(std::move(x)); },
                   [](core::note& x) { log_line(x); },
               },
               output);
  if (!outgoing.empty())
    self_->send(neighbours_.proxy, std::move(outgoing));
}

result_collector_actor::behavior_type result_collector(result_collector_state::pointer self,
                                                       store_actor store,
                                                       std::shared_ptr<core::result_relay> relay,
                                                       std::shared_ptr<core::query_router> router) {
  auto* state = &self->state;
  state->start(self, std::move(store), std::move(relay), std::move(router));
  return {
      [state](const proxy_neighbours& all) { state->meet(all); },
      [state](const committed& news) { state->on_committed(news); },
      [state](const loaded& answer) {
        state->tell([&](auto& relayed, auto now, auto& fx) {
          relayed.on_loaded(answer.where, answer.content.get(), now, fx);
        });
      },
      [state](const core::node_up& node) {
        state->tell([&](auto& relayed, auto now, auto& fx) { relayed.on_node_up(node, now, fx); });
        state->ask(
            [&](auto& questions, auto now, auto& fx) { questions.on_node_up(node, now, fx); });
      },
      [state](const core::node_down& node) {
        state->tell(
            [&](auto& relayed, auto now, auto& fx) { relayed.on_node_down(node, now, fx); });
        state->ask(
            [&](auto& questions, auto now, auto& fx) { questions.on_node_down(node, now, fx); });
      },
      [state](const core::from_node& message) {
        if (core::parts_for(message.content).router)
          state->ask(
              [&](auto& questions, auto now, auto& fx) { questions.on_message(message, now, fx); });
        else
          state->tell(
              [&](auto& relayed, auto now, auto& fx) { relayed.on_message(message, now, fx); });
      },
      [state](const core::ledger_retired& gone) {
        state->tell([&](auto& relayed, auto, auto& fx) { relayed.on_retired(gone.ledger, fx); });
        state->ask([&](auto& questions, auto, auto&) { questions.on_retired(gone.ledger); });
      },
      [state](const core::executor_given_up& gone) {
        state->tell([&](auto& relayed, auto, auto& fx) {
          relayed.on_executor_given_up(gone.executor, fx);
        });
      },
      [state](core::result_period& due) {
        state->tell([&](auto& relayed, auto now, auto& fx) {
          relayed.on_result_period(due.executor, std::move(due.missing), now, fx);
        });
      },
      [state](tick_atom) { state->on_tick(); },
      [state](flush_atom) { state->flush(); },
  };
}

} // namespace evenkeel
