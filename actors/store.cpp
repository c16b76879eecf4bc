#include "actors/store.hpp"

#include "persistence/codec.hpp"
#include "persistence/keys.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace evenkeel {

namespace {

persistence::write_batch joined(std::vector<commit>& all) {
  persistence::write_batch batch;
  if (all.empty())
    return batch;
  batch = std::move(all.front().batch);
  for (std::size_t i = 1; i < all.size(); ++i)
    batch.append(all[i].batch);
  return batch;
}

} // namespace

void store_state::start(pointer self, std::shared_ptr<persistence::store> disk,
                        const disk_thread_actor& thread, failure_handler on_failure) {
  self_ = self;
  disk_ = std::move(disk);
  thread_ = thread;
  on_failure_ = std::move(on_failure);
  self_->link_to(thread_);
}

void store_state::schedule_flush() {
  if (!std::exchange(flush_scheduled_, true))
    self_->send(self_, flush_atom::value); // behind everything that waits in the mailbox now
}

void store_state::on_commit(commit& request) {
  commits_.add(std::move(request));
  schedule_flush();
}

void store_state::on_load(load& request) {
  loads_.push_back(std::move(request));
  schedule_flush();
}

bool store_state::insist(const persistence::status& how) {
  if (how.ok() || failed_)
    return !failed_;
  failed_ = true;
  on_failure_(how.text);
  self_->quit(caf::exit_reason::unhandled_exception);
  return false;
}

/// In order, so the last commit of a line covers all before it.
void store_state::tell(const group& owners) {
  std::map<std::pair<caf::actor_addr, commit_tag>, const commit*> last;
  for (const auto& one : owners)
    last[one.line()] = &one;
  for (const auto& [line, reached] : last)
    self_->send(reached->owner, committed{reached->tag, reached->number});
}

void store_state::flush() {
  flush_scheduled_ = false;
  if (working_ == thread_work::write || failed_)
    return;
  const bool any = commits_.has_free() || commits_.has_held();
  if (any && disk_->may_wait()) {
    if (working_ == thread_work::none)
      write_in_thread();
    return;
  }
  if (!write_free())
    return;
  if (working_ == thread_work::none && commits_.has_held())
    begin_group();
  if (!commits_.has_held())
    serve_loads();
}

bool store_state::write_free() {
  auto free = commits_.take_free();
  if (free.empty())
    return true;
  if (!insist(disk_->commit(joined(free), false)))
    return false;
  tell(free);
  return true;
}

void store_state::begin_group() {
  at_thread_ = commits_.begin_group();
  if (!insist(disk_->begin_sync(joined(at_thread_))))
    return;
  working_ = thread_work::sync;
  self_->send(thread_, disk_order{self_, disk_, {}, true});
}

/// Everything there is, as the thread writes and nobody else may.
void store_state::write_in_thread() {
  at_thread_ = commits_.take_free();
  auto held = commits_.begin_group();
  std::move(held.begin(), held.end(), std::back_inserter(at_thread_));
  const bool sync =
      std::any_of(at_thread_.begin(), at_thread_.end(), [](const auto& one) { return one.sync; });
  working_ = thread_work::write;
  self_->send(thread_, disk_order{self_, disk_, joined(at_thread_), sync});
}

void store_state::on_disk_done(const disk_done& news) {
  const bool synced = working_ == thread_work::sync;
  working_ = thread_work::none;
  if (!insist(synced ? disk_->end_sync(news.how) : news.how))
    return;
  tell(std::exchange(at_thread_, {}));
  commits_.end_group();
  schedule_flush();
}

void store_state::serve_loads() {
  for (const auto& request : std::exchange(loads_, {})) {
    const auto found = disk_->get(persistence::encode_key(request.where));
    if (!insist(found.state))
      return;
    loaded answer{request.tag, request.where, nullptr};
    if (found.value) {
      auto content = persistence::decode(*found.value);
      if (auto* value = std::get_if<record::value>(&content))
        answer.content = std::make_shared<const record::value>(std::move(*value));
    }
    self_->send(request.owner, std::move(answer));
  }
}

store_actor::behavior_type store(store_state::pointer self,
                                 std::shared_ptr<persistence::store> disk,
                                 const disk_thread_actor& thread,
                                 store_state::failure_handler on_failure) {
  auto* state = &self->state;
  state->start(self, std::move(disk), thread, std::move(on_failure));
  return {
      [state](commit& request) { state->on_commit(request); },
      [state](load& request) { state->on_load(request); },
      [state](const disk_done& news) { state->on_disk_done(news); },
      [state](flush_atom) { state->flush(); },
  };
}

disk_thread_actor::behavior_type disk_thread(disk_thread_actor::pointer self) {
  return {
      [self](disk_order& order) {
        auto how = order.batch ? order.disk->commit(std::move(*order.batch), order.sync)
                               : order.disk->sync();
        self->send(order.owner, disk_done{std::move(how)});
      },
  };
}

store_actor spawn_store(caf::actor_system& system, std::shared_ptr<persistence::store> disk,
                        store_state::failure_handler on_failure) {
  const auto thread = system.spawn<caf::detached>(disk_thread);
  return system.spawn(store, std::move(disk), thread, std::move(on_failure));
}

} // namespace evenkeel
