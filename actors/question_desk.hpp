// The node's result collector for its clients: a shell around core::question_desk. Waits for
// results of other nodes, and for news of the cluster. Must not decide anything.
#pragma once

#include "actors/core/query_router.hpp"
#include "actors/local_interfaces.hpp"
#include "actors/log.hpp"

namespace evenkeel {

class question_desk_state {
public:
  static constexpr const char* name = "result_collector";
  using pointer = question_actor::stateful_pointer<question_desk_state>;

  void start(pointer self, node_service node, logger log);
  /// Nothing of this is on disk: no output ever waits.
  template <class Input>
  void tell(Input&& input) {
    core::desk_effects fx;
    input(desk_, read_now(), fx);
    run(fx);
  }
  void on_tick();

private:
  static core::instant read_now();
  void run(core::desk_effects& fx);

  pointer self_ = nullptr;
  node_service node_;
  core::question_desk desk_;
  logger log_;
};

question_actor::behavior_type question_desk(question_desk_state::pointer self, node_service node,
                                            logger log);

} // namespace evenkeel
