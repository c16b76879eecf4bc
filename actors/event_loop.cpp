#include "actors/event_loop.hpp"

#include <limits>
#include <thread>
#include <utility>

namespace evenkeel {

namespace {

/// Rounds of tasks, and of what they have made ready, before sockets are looked at again.
constexpr int rounds_a_turn = 64;

} // namespace

event_loop::event_loop(caf::actor_system* system)
    : default_multiplexer(system), waker_(caf::make_counted<waker>(*this)) {}

event_loop::~event_loop() {
  end();
}

caf::io::scribe_ptr event_loop::new_scribe(caf::io::network::native_socket socket) {
  caf::io::network::keepalive(socket, true);
  return caf::make_counted<link_scribe>(*this, socket, *this);
}

void event_loop::exec_later(caf::resumable* task) {
  const auto kind = task->subtype();
  if (kind != caf::resumable::io_actor && kind != caf::resumable::function_object)
    system().scheduler().enqueue(task);
  else if (!take(task))
    caf::scheduler::abstract_coordinator::cleanup_and_release(task);
}

bool event_loop::take(caf::resumable* task) {
  if (std::this_thread::get_id() == thread_id()) {
    ready_.push_back(task);
    return true;
  }
  bool first = false;
  {
    const std::scoped_lock lock{guard_};
    if (ended_)
      return false;
    first = by_others_.empty();
    by_others_.push_back(task);
  }
  if (first) {
    waker_->ref();
    default_multiplexer::exec_later(waker_.get());
  }
  return true;
}

caf::resumable::resume_result event_loop::waker::resume(caf::execution_unit* /*unit*/,
                                                        std::size_t /*most*/) {
  loop_.collect();
  return done;
}

void event_loop::collect() {
  const std::scoped_lock lock{guard_};
  ready_.insert(ready_.end(), by_others_.begin(), by_others_.end());
  by_others_.clear();
}

void event_loop::run() {
  while (num_socket_handlers() > 0) {
    poll_once(ready_.empty());
    run_tasks();
    write_out();
  }
  end();
}

void event_loop::run_tasks() {
  for (int round = 0; round < rounds_a_turn && !ready_.empty(); ++round) {
    running_.swap(ready_);
    for (auto* task : running_)
      run_task(task);
    running_.clear();
  }
}

void event_loop::run_task(caf::resumable* task) {
  switch (task->resume(this, std::numeric_limits<std::size_t>::max())) {
  case caf::resumable::resume_later:
    ready_.push_back(task);
    break;
  case caf::resumable::shutdown_execution_unit:
    break;
  default:
    caf::intrusive_ptr_release(task);
  }
}

void event_loop::write_at_end_of_turn(caf::intrusive_ptr<link_scribe> connection) {
  writers_.push_back(std::move(connection));
}

void event_loop::write_out() {
  for (auto& connection : writers_)
    connection->write_now();
  writers_.clear();
  handle_internal_events();
}

/// What is left goes to CAF's own threads, or where CAF's multiplexer leaves it.
void event_loop::end() {
  {
    const std::scoped_lock lock{guard_};
    ended_ = true;
  }
  thread_id({});
  collect();
  writers_.clear();
  for (auto* task : std::exchange(ready_, {}))
    exec_later(task);
}

caf::actor_system::module* event_loop_scheduler::make(caf::actor_system& system,
                                                      caf::detail::type_list<>) {
  return new event_loop_scheduler(system);
}

void event_loop_scheduler::start() {
  loop_ = dynamic_cast<event_loop*>(&system().middleman().backend());
  coordinator::start();
}

void event_loop_scheduler::enqueue(caf::resumable* task) {
  if (loop_ == nullptr || !loop_->take(task))
    coordinator::enqueue(task);
}

} // namespace evenkeel
