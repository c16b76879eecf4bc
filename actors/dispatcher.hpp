// The dispatcher actor: a shell around core::dispatch_queue.
// Must not decide anything: an `if` about jobs belongs in the core.
#pragma once

#include "actors/core/dispatch_queue.hpp"
#include "actors/local_interfaces.hpp"
#include "actors/step.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace evenkeel {

class dispatcher_state {
public:
  static constexpr const char* name = "dispatcher";
  using pointer = dispatcher_actor::stateful_pointer<dispatcher_state>;

  void start(pointer self, store_actor store, std::shared_ptr<core::dispatch_queue> recovered);
  void meet(const proxy_neighbours& all) { neighbours_ = all; }
  void know(const core::node_up& node) { names_[node.ledger] = node.name; }
  /// Tells the core something; it places jobs when all that waits has been told.
  template <class Input>
  void tell(Input&& input) {
    input(*queue_, read_clock(), step_.fx());
    schedule_flush();
  }
  void on_committed(const committed& news);
  void on_tick();
  void flush();

private:
  void schedule_flush();
  void run_outputs();

  pointer self_ = nullptr;
  std::shared_ptr<core::dispatch_queue> queue_;
  proxy_neighbours neighbours_;
  step<core::dispatch_output> step_;
  std::map<ledger_id, std::string> names_; ///< for the log; until they are given up
  bool flush_scheduled_ = false;
};

/// The epoch of the recovered queue begins with epoch_news.
dispatcher_actor::behavior_type dispatcher(dispatcher_state::pointer self, store_actor store,
                                           std::shared_ptr<core::dispatch_queue> recovered);

} // namespace evenkeel
