#include "actors/dispatcher.hpp"

#include "actors/log.hpp"

#include <utility>

namespace evenkeel {

void dispatcher_state::start(pointer self, store_actor store,
                             std::shared_ptr<core::dispatch_queue> recovered) {
  self_ = self;
  queue_ = std::move(recovered);
  step_ = {std::move(store), 0};
}

void dispatcher_state::schedule_flush() {
  if (!std::exchange(flush_scheduled_, true))
    self_->send(self_, flush_atom::value); // behind everything that waits in the mailbox now
}

void dispatcher_state::flush() {
  flush_scheduled_ = false;
  queue_->flush(read_clock(), step_.fx());
  run_outputs();
}

void dispatcher_state::on_committed(const committed& news) {
  step_.on_committed(news.number);
  run_outputs();
}

void dispatcher_state::on_tick() {
  tell([](auto& queue, auto now, auto& fx) { queue.on_tick(now, fx); });
}

void dispatcher_state::run_outputs() {
  std::vector<core::to_node> outgoing;
  for (auto& output : step_.commit_and_take(self_))
    std::visit(
        overloaded{
            [&](core::to_node& x) { outgoing.push_back(std::move(x)); },
            [&](core::executor_given_up& x) {
              if (const auto known = names_.find(x.executor); known != names_.end())
                log_line(core::note::level::debug,
                         "node '" + known->second + "' is given up: what it held runs elsewhere");
              names_.erase(x.executor);
              self_->send(neighbours_.collector, x);
            },
            [&](core::result_period& x) { self_->send(neighbours_.collector, std::move(x)); },
            [](core::note& x) { log_line(x); },
        },
        output);
  if (!outgoing.empty())
    self_->send(neighbours_.proxy, std::move(outgoing));
}

dispatcher_actor::behavior_type dispatcher(dispatcher_state::pointer self, store_actor store,
                                           std::shared_ptr<core::dispatch_queue> recovered) {
  auto* state = &self->state;
  state->start(self, std::move(store), std::move(recovered));
  return {
      [state](const proxy_neighbours& all) { state->meet(all); },
      [state](const committed& news) { state->on_committed(news); },
      [](const loaded&) {},
      [state](const epoch_news& news) {
        state->tell([&](auto& queue, auto now, auto& fx) {
          queue.on_epoch(news.current, news.wiped, now, fx);
        });
      },
      [state](const core::node_up& node) {
        state->know(node);
        state->tell([&](auto& queue, auto now, auto& fx) { queue.on_node_up(node, now, fx); });
      },
      [state](const core::node_down& node) {
        state->tell([&](auto& queue, auto now, auto& fx) { queue.on_node_down(node, now, fx); });
      },
      [state](const core::from_node& message) {
        state->tell([&](auto& queue, auto now, auto& fx) { queue.on_message(message, now, fx); });
      },
      [state](const core::ledger_retired& gone) {
        state->tell(
            [&](auto& queue, auto now, auto& fx) { queue.on_retired(gone.ledger, now, fx); });
      },
      [state](const node_load& load) {
        state->tell([&](auto& queue, auto now, auto&) {
          queue.on_load_report(load.ledger, load.report, now);
        });
      },
      [state](const results_seen& seen) {
        state->tell([&](auto& queue, auto now, auto& fx) {
          queue.on_results(seen.executor, seen.attempts, now, fx);
        });
      },
      [state](const core::results_gone& gone) {
        state->tell([&](auto& queue, auto now, auto& fx) {
          queue.on_results_gone(gone.attempts, now, fx);
        });
      },
      [state](tick_atom) { state->on_tick(); },
      [state](flush_atom) { state->flush(); },
  };
}

} // namespace evenkeel
