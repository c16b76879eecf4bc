#include "actors/store.hpp"

#include "persistence/codec.hpp"
#include "persistence/keys.hpp"

#include <map>
#include <utility>

namespace evenkeel {

namespace {

using store_pointer = store_actor::stateful_pointer<store_state>;

void fail(store_pointer self, const std::string& why) {
  self->state.on_failure(why);
  self->quit(caf::exit_reason::unhandled_exception);
}

/// One batch for all that waits, one fsync if anything in it asks for that, then everybody is told.
/// False: the disk has failed.
bool commit_waiting(store_pointer self) {
  auto& state = self->state;
  if (state.waiting.empty())
    return true;
  auto group = std::exchange(state.waiting, {});
  bool sync = false;
  persistence::write_batch batch = std::move(group.front().batch);
  for (std::size_t i = 0; i < group.size(); ++i) {
    sync = sync || group[i].sync;
    if (i > 0)
      batch.append(group[i].batch);
  }
  const auto result = state.disk->commit(std::move(batch), sync);
  if (!result.ok()) {
    fail(self, result.text);
    return false;
  }
  std::map<std::pair<caf::actor_addr, commit_tag>, std::pair<store_client, std::uint64_t>> last;
  for (auto& item : group) // in order, so the last one covers all before it
    last[{item.owner.address(), item.tag}] = {item.owner, item.number};
  for (auto& [whose, reached] : last)
    self->send(reached.first, committed{whose.second, reached.second});
  return true;
}

} // namespace

store_actor::behavior_type store(store_pointer self, std::shared_ptr<persistence::store> disk,
                                 std::function<void(const std::string&)> on_failure) {
  self->state.disk = std::move(disk);
  self->state.on_failure = std::move(on_failure);
  return {
      [self](commit& request) {
        self->state.waiting.push_back(std::move(request));
        if (self->state.waiting.size() == 1)
          self->send(self, flush_atom::value); // behind everything that waits in the mailbox now
      },
      [self](const load& request) {
        if (!commit_waiting(self))
          return;
        const auto found = self->state.disk->get(persistence::encode_key(request.where));
        if (!found.state.ok()) {
          fail(self, found.state.text);
          return;
        }
        loaded answer{request.tag, request.where, nullptr};
        if (found.value) {
          auto content = persistence::decode(*found.value);
          if (auto* value = std::get_if<record::value>(&content))
            answer.content = std::make_shared<const record::value>(std::move(*value));
        }
        self->send(request.owner, std::move(answer));
      },
      [self](flush_atom) { commit_waiting(self); },
  };
}

} // namespace evenkeel
