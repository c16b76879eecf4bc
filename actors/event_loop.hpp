// One thread for the sockets of the cluster and for the actors: a message is read, decoded, worked
// on and answered without being handed from thread to thread, and what was read in one turn of the
// loop is answered with one write for each connection. Actors that block must be detached, else
// they hold up everything, heartbeats too.
// Must not know: any particular actor.
#pragma once

#include "actors/link_scribe.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/policy/work_sharing.hpp>
#include <caf/scheduler/coordinator.hpp>

#include <mutex>
#include <vector>

namespace evenkeel {

/// CAF's multiplexer, with a queue of actors that are ready to run.
class event_loop final : public caf::io::network::default_multiplexer, public turn_writer {
public:
  explicit event_loop(caf::actor_system* system);
  ~event_loop() override;

  caf::io::scribe_ptr new_scribe(caf::io::network::native_socket socket) override;
  void exec_later(caf::resumable* task) override;
  void run() override;
  void write_at_end_of_turn(caf::intrusive_ptr<link_scribe> connection) override;

  /// From any thread. False: the loop has ended.
  bool take(caf::resumable* task);

private:
  /// Wakes the loop, in which it then stands for all tasks of other threads.
  class waker final : public runnable {
  public:
    explicit waker(event_loop& loop) : loop_(loop) {}
    resume_result resume(caf::execution_unit* unit, std::size_t most) override;

  private:
    event_loop& loop_;
  };

  void collect();
  void run_tasks();
  void run_task(caf::resumable* task);
  void write_out();
  void end();

  std::vector<caf::resumable*> ready_;
  std::vector<caf::resumable*> running_;
  std::vector<caf::intrusive_ptr<link_scribe>> writers_;
  caf::intrusive_ptr<waker> waker_;
  std::mutex guard_;                       ///< of what follows
  std::vector<caf::resumable*> by_others_; ///< tasks of other threads
  bool ended_ = false;
};

/// Gives all actors that are not detached to the event loop, which must be the middleman's backend.
class event_loop_scheduler final : public caf::scheduler::coordinator<caf::policy::work_sharing> {
public:
  using coordinator::coordinator;
  static caf::actor_system::module* make(caf::actor_system& system, caf::detail::type_list<>);
  void enqueue(caf::resumable* task) override;

protected:
  void start() override;

private:
  event_loop* loop_ = nullptr;
};

} // namespace evenkeel
