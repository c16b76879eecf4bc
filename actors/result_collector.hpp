// The proxy's result collector: a shell around core::result_relay (results on their way home) and
// core::query_router (questions to other ledgers).
// Must not decide anything.
#pragma once

#include "actors/core/query_router.hpp"
#include "actors/core/result_relay.hpp"
#include "actors/local_interfaces.hpp"
#include "actors/step.hpp"

#include <memory>
#include <vector>

namespace evenkeel {

class result_collector_state {
public:
  static constexpr const char* name = "result_collector";
  using pointer = result_collector_actor::stateful_pointer<result_collector_state>;

  void start(pointer self, store_actor store, std::shared_ptr<core::result_relay> relay,
             std::shared_ptr<core::query_router> router);
  void meet(const proxy_neighbours& all) { neighbours_ = all; }
  template <class Input>
  void tell(Input&& input) {
    input(*relay_, read_clock(), step_.fx());
    schedule_flush();
  }
  /// Questions change nothing on disk: no step of theirs ever waits.
  template <class Input>
  void ask(Input&& input) {
    core::router_effects fx;
    input(*router_, read_clock(), fx);
    run_router(fx);
  }
  void on_committed(const committed& news);
  void on_tick();
  void flush();

private:
  void schedule_flush();
  void run_outputs();
  void run_router(core::router_effects& fx);

  pointer self_ = nullptr;
  store_actor store_;
  std::shared_ptr<core::result_relay> relay_;
  std::shared_ptr<core::query_router> router_;
  proxy_neighbours neighbours_;
  step<core::relay_output> step_;
  bool flush_scheduled_ = false;
};

/// `relay` and `router` are recovered.
result_collector_actor::behavior_type result_collector(result_collector_state::pointer self,
                                                       store_actor store,
                                                       std::shared_ptr<core::result_relay> relay,
                                                       std::shared_ptr<core::query_router> router);

} // namespace evenkeel
