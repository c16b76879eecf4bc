// The store actor over a disk in memory, with a gate before it that holds commits back on demand.
#pragma once

#include "actors/store.hpp"
#include "persistence/memory_store.hpp"
#include "persistence/recovery.hpp"
#include "test/actors/test_system.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::test {

class slow_store {
public:
  /// `medium` may have been another store's before, which is gone.
  explicit slow_store(test_system& world, std::shared_ptr<persistence::memory_disk> medium =
                                              std::make_shared<persistence::memory_disk>())
      : disk_{open(std::move(medium))}, behind_{world.spawn(store, disk_, world.spawn(disk_thread),
                                                            no_failure)},
        address{world.spawn(gate, shared_, behind_)} {}

  /// From now on commits wait.
  void hold() { shared_->holding = true; }
  /// Those that wait go on; later ones wait.
  void let_go() {
    for (auto& request : std::exchange(shared_->held, {}))
      caf::anon_send(behind_, std::move(request));
  }
  void let_one_go() {
    REQUIRE_FALSE(shared_->held.empty());
    caf::anon_send(behind_, std::move(shared_->held.front()));
    shared_->held.erase(shared_->held.begin());
  }
  void open_up() {
    shared_->holding = false;
    let_go();
  }
  [[nodiscard]] std::size_t held() const { return shared_->held.size(); }
  [[nodiscard]] bool holds_synced() const {
    for (const auto& request : shared_->held)
      if (request.sync)
        return true;
    return false;
  }

  void recover(const persistence::record_callback& on_record) const {
    persistence::open_report report;
    CHECK(persistence::recover(*disk_, on_record, report).ok());
  }
  /// Everything on disk of this kind of record.
  template <class Record>
  [[nodiscard]] std::vector<Record> records() const {
    std::vector<Record> all;
    recover([&](record::value&& content) {
      if (auto* wanted = std::get_if<Record>(&content))
        all.push_back(std::move(*wanted));
    });
    return all;
  }

  /// As the process dies: what waits is lost.
  void kill(test_system& world) {
    shared_->held.clear();
    world.kill(address);
    world.kill(behind_);
  }

private:
  struct gate_record {
    bool holding = false;
    std::vector<commit> held;
  };

  static std::shared_ptr<persistence::store>
  open(std::shared_ptr<persistence::memory_disk> medium) {
    auto result = persistence::open_memory_store(std::move(medium));
    REQUIRE(result.state.ok());
    return std::move(result.opened);
  }
  static void no_failure(const std::string& why) { FAIL(why); }
  static store_actor::behavior_type gate(store_actor::pointer self,
                                         std::shared_ptr<gate_record> record, store_actor behind) {
    return {
        [=](commit& request) {
          if (record->holding)
            record->held.push_back(std::move(request));
          else
            self->send(behind, std::move(request));
        },
        [=](load& request) { self->send(behind, std::move(request)); },
        [](const disk_done&) {},
        [](flush_atom) {},
    };
  }

  std::shared_ptr<gate_record> shared_ = std::make_shared<gate_record>();
  std::shared_ptr<persistence::store> disk_;
  store_actor behind_;

public:
  store_actor address;
};

} // namespace evenkeel::test
