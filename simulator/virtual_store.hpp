// The store actor of a simulated process: group commits that take their time, on a disk in memory
// with the real store and the real bytes above it (persistence/memory_store.hpp).
// Owns: the commits that wait. Must not know: what is in them.
#pragma once

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

  /// `when_done` is called once the changes are as durable as asked; in order.
  void commit(bool sync, const std::vector<record::change>& changes, action when_done);
  void load(const record::key& where, answer on_loaded);
  /// The process is killed: the group that is being written may be on the disk, or not.
  void die();

private:
  struct waiting_commit {
    bool sync = false;
    persistence::write_batch batch;
    action when_done;
  };
  struct waiting_load {
    record::key where;
    answer on_loaded;
  };

  void schedule();
  void finish_group();
  void serve_loads();
  static persistence::write_batch joined(const std::vector<waiting_commit>& group, bool& sync);

  process* owner_;
  dice* luck_;
  const disk_pace* pace_;
  std::unique_ptr<persistence::store> store_;
  std::function<void(const std::string&)> on_failure_;
  std::vector<waiting_commit> waiting_;
  std::vector<waiting_commit> writing_;
  std::vector<waiting_load> loads_;
  bool busy_ = false;
};

/// What actors/step.hpp does with the store actor: sends off what a core has collected, and returns
/// what may leave now. `then` is called in the owner's mailbox once more may.
template <class Output, class Then>
std::vector<Output> commit_and_take(core::step<Output>& from, core::instant now,
                                    virtual_store& store, mailbox& box, Then then) {
  return from.commit_and_take(now, [&](std::uint64_t number, bool sync, const auto& changes) {
    store.commit(sync, changes, [&from, &box, then, number] {
      box.post([&from, then, number] {
        from.on_committed(number);
        then();
      });
    });
  });
}

} // namespace evenkeel::simulator
