#include "simulator/virtual_store.hpp"

#include "persistence/codec.hpp"
#include "persistence/keys.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::simulator {

namespace {} // namespace

virtual_store::virtual_store(process& owner, dice& luck, const disk_pace& pace,
                             std::unique_ptr<persistence::store> opened,
                             std::function<void(const std::string&)> on_failure)
    : owner_{&owner}, luck_{&luck}, pace_{&pace}, store_{std::move(opened)}, on_failure_{std::move(
                                                                                 on_failure)} {}

void virtual_store::commit(bool sync, const std::vector<record::change>& changes,
                           action when_done) {
  waiting_.push_back({sync, persistence::encode(changes), std::move(when_done)});
  schedule();
}

void virtual_store::load(const record::key& where, answer on_loaded) {
  loads_.push_back({where, std::move(on_loaded)});
  schedule();
}

void virtual_store::schedule() {
  if (busy_ || (waiting_.empty() && loads_.empty()))
    return;
  busy_ = true;
  owner_->after(2, [this] {
    writing_ = std::exchange(waiting_, {});
    const bool sync = std::any_of(writing_.begin(), writing_.end(), [](auto& x) { return x.sync; });
    const auto takes_us = luck_->skewed(sync ? pace_->sync_us : pace_->write_us);
    owner_->after(std::min(takes_us, pace_->longest_us), [this] {
      finish_group();
      busy_ = false;
      schedule();
    });
  });
}

persistence::write_batch virtual_store::joined(const std::vector<waiting_commit>& group,
                                               bool& sync) {
  persistence::write_batch batch;
  for (const auto& one : group) {
    sync = sync || one.sync;
    batch.append(one.batch);
  }
  return batch;
}

void virtual_store::finish_group() {
  const auto group = std::exchange(writing_, {});
  if (!group.empty()) {
    bool sync = false;
    auto batch = joined(group, sync);
    if (const auto result = store_->commit(std::move(batch), sync); !result.ok())
      return on_failure_(result.text);
  }
  for (const auto& one : group)
    one.when_done();
  serve_loads();
}

void virtual_store::serve_loads() {
  for (const auto& wanted : std::exchange(loads_, {})) {
    const auto found = store_->get(persistence::encode_key(wanted.where));
    record_pointer content;
    if (found.value)
      if (auto decoded = persistence::decode(*found.value);
          auto* value = std::get_if<record::value>(&decoded))
        content = std::make_shared<const record::value>(std::move(*value));
    wanted.on_loaded(std::move(content));
  }
}

void virtual_store::die() {
  if (!writing_.empty() && luck_->chance(500)) {
    bool sync = false;
    auto batch = joined(writing_, sync);
    (void)store_->commit(std::move(batch), false);
  }
  writing_.clear();
  store_.reset(); // so that the next life may open it
}

} // namespace evenkeel::simulator
