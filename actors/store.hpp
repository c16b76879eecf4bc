// The store actor: owns the disk and commits in groups (design section 2). A detached actor, so
// that an fsync blocks nobody else. Owns: the store. Must not know: whose records these are or what
// they say.
#pragma once

#include "actors/local_interfaces.hpp"
#include "persistence/store.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace evenkeel {

struct store_state {
  static constexpr const char* name = "store";
  std::shared_ptr<persistence::store> disk;
  std::function<void(const std::string&)> on_failure;
  std::vector<commit> waiting;
};

/// `on_failure` is called with a sentence when a write failed, and must end the process: nothing is
/// acknowledged after it (R13). Spawn with caf::detached.
store_actor::behavior_type store(store_actor::stateful_pointer<store_state> self,
                                 std::shared_ptr<persistence::store> disk,
                                 std::function<void(const std::string&)> on_failure);

} // namespace evenkeel
