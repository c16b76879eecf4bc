// An actor system in which one thing happens after another, in a time that only tests move.
// Owns: the virtual clock, and the actors that it has to end.
#pragma once

#include "actors/clock.hpp"
#include "messages/interfaces.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace evenkeel::test {

class test_system {
public:
  test_system();
  test_system(const test_system&) = delete;
  test_system& operator=(const test_system&) = delete;
  ~test_system(); ///< ends all actors

  template <class Function, class... Args>
  auto spawn(Function function, Args&&... args) {
    auto actor = system_.spawn(function, std::forward<Args>(args)...);
    actors_.push_back(caf::actor_cast<caf::strong_actor_ptr>(actor));
    return actor;
  }
  template <class Handle>
  void kill(const Handle& actor) {
    caf::anon_send_exit(actor, caf::exit_reason::kill);
    run();
  }

  /// Until nobody has anything to do without time going by.
  void run() { scheduler_.run(); }
  /// The next message alone.
  void run_one() { scheduler_.run_once(); }
  /// In steps of one tick of the shells, with everything done that falls due.
  void advance(std::int64_t ms);

private:
  class config : public caf::actor_system_config {
  public:
    config();
  };

  config config_;
  caf::actor_system system_{config_};
  caf::scheduler::test_coordinator& scheduler_;
  std::vector<caf::strong_actor_ptr> actors_;
};

} // namespace evenkeel::test
