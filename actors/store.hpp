// The store actor: owns the disk and commits in groups (design section 2). Commits that need no
// fsync are written at once, by this actor; an fsync, or a write that might have to wait, is for a
// thread of its own, and holds up only what needs it.
// Owns: the store. Must not know: whose records these are or what they say.
#pragma once

#include "actors/core/commit_queue.hpp"
#include "actors/local_interfaces.hpp"
#include "persistence/store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace evenkeel {

class store_state {
public:
  static constexpr const char* name = "store";
  using pointer = store_actor::stateful_pointer<store_state>;
  using failure_handler = std::function<void(const std::string&)>;

  void start(pointer self, std::shared_ptr<persistence::store> disk,
             const disk_thread_actor& thread, failure_handler on_failure);
  void on_commit(commit& request);
  void on_load(load& request);
  void on_disk_done(const disk_done& news);
  void flush();

private:
  using group = std::vector<commit>;
  enum class thread_work : std::uint8_t { none, sync, write };

  void schedule_flush();
  bool write_free();
  void begin_group();
  void write_in_thread();
  void serve_loads();
  void tell(const group& owners);
  bool insist(const persistence::status& how);

  pointer self_ = nullptr;
  std::shared_ptr<persistence::store> disk_;
  disk_thread_actor thread_;
  failure_handler on_failure_;
  core::commit_queue<commit> commits_;
  std::vector<load> loads_;
  group at_thread_; ///< what the thread is making durable
  thread_work working_ = thread_work::none;
  bool flush_scheduled_ = false;
  bool failed_ = false;
};

/// `on_failure` is called with a sentence when a write failed, and must end the process: nothing is
/// acknowledged after it (R13). `thread`: a disk_thread, which ends with this actor.
store_actor::behavior_type store(store_state::pointer self,
                                 std::shared_ptr<persistence::store> disk,
                                 const disk_thread_actor& thread,
                                 store_state::failure_handler on_failure);

/// Waits for the disk. Spawn with caf::detached.
disk_thread_actor::behavior_type disk_thread(disk_thread_actor::pointer self);

/// Both.
store_actor spawn_store(caf::actor_system& system, std::shared_ptr<persistence::store> disk,
                        store_state::failure_handler on_failure);

} // namespace evenkeel
