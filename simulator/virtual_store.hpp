// The store actor of a simulated process: group commits that take their time, on a disk in memory
// with the real store and the real bytes above it (persistence/memory_store.hpp).
// Owns: the commits that wait. Must not know: what is in them.
#pragma once

#include "actors/core/commit_queue.hpp"
#include "actors/core/step.hpp"
#include "messages/records.hpp"
#include "persistence/memory_store.hpp"
#include "simulator/dice.hpp"
#include "simulator/process.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace evenkeel::simulator {

struct disk_pace {
  std::int64_t write_us = 20;
  std::int64_t sync_us = 500;
  std::int64_t longest_us = 3'000'000; ///< chance takes no more than this
};

class virtual_store {
public:
  using record_pointer = std::shared_ptr<const record::value>; ///< null: there is no such record
  using answer = std::function<void(record_pointer)>;

  /// `on_failure`: a write failed, the process has to end.
  virtual_store(process& owner, dice& luck, const disk_pace& pace,
                std::unique_ptr<persistence::store> opened,
                std::function<void(const std::string&)> on_failure);

  /// `when_done` is called once the changes are as durable as asked; in order within a `line`.
  void commit(const void* line, bool sync, const std::vector<record::change>& changes,
              action when_done);
  void load(const record::key& where, answer on_loaded);
  /// The process is killed: the group that is being written may be on the disk, or not.
  void die();

private:
  struct waiting_commit {
    const void* whose = nullptr;
    bool sync = false;
    persistence::write_batch batch;
    action when_done;
    [[nodiscard]] const void* line() const { return whose; }
  };
  struct waiting_load {
    record::key where;
    answer on_loaded;
  };

  using group = std::vector<waiting_commit>;

  void schedule();
  void write_free();
  void begin_group();
  void end_group();
  void serve_loads();
  bool insist(const persistence::status& how);
  static persistence::write_batch joined(const group& all);

  process* owner_;
  dice* luck_;
  const disk_pace* pace_;
  std::unique_ptr<persistence::store> store_;
  std::function<void(const std::string&)> on_failure_;
  core::commit_queue<waiting_commit> commits_;
  group free_;    ///< being written, without sync
  group syncing_; ///< written, not durable yet
  std::vector<waiting_load> loads_;
  bool writing_ = false;
  bool failed_ = false;
};

/// What actors/step.hpp does with the store actor: sends off what a core has collected, and returns
/// what may leave now. `then` is called in the owner's mailbox once more may.
template <class Output, class Then>
std::vector<Output> commit_and_take(core::step<Output>& from, core::instant now,
                                    virtual_store& store, mailbox& box, Then then) {
  return from.commit_and_take(now, [&](std::uint64_t number, bool sync, const auto& changes) {
    store.commit(&from, sync, changes, [&from, &box, then, number] {
      box.post([&from, then, number] {
        from.on_committed(number);
        then();
      });
    });
  });
}

} // namespace evenkeel::simulator
