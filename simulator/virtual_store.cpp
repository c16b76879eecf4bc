#include "simulator/virtual_store.hpp"

#include "persistence/codec.hpp"
#include "persistence/keys.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::simulator {

virtual_store::virtual_store(process& owner, dice& luck, const disk_pace& pace,
                             std::unique_ptr<persistence::store> opened,
                             std::function<void(const std::string&)> on_failure)
    : owner_{&owner}, luck_{&luck}, pace_{&pace}, store_{std::move(opened)}, on_failure_{std::move(
                                                                                 on_failure)} {}

void virtual_store::commit(const void* line, bool sync, const std::vector<record::change>& changes,
                           action when_done) {
  commits_.add({line, sync, persistence::encode(changes), std::move(when_done)});
  schedule();
}

void virtual_store::load(const record::key& where, answer on_loaded) {
  loads_.push_back({where, std::move(on_loaded)});
  schedule();
}

/// As the store actor does: writes one after the other, and beside them at most one sync.
void virtual_store::schedule() {
  const bool held = commits_.has_held();
  const bool may_begin = held && !commits_.group_is_under_way();
  const bool may_load = !held && !loads_.empty();
  if (writing_ || failed_ || (!commits_.has_free() && !may_begin && !may_load))
    return;
  writing_ = true;
  owner_->after(2, [this] {
    free_ = commits_.take_free();
    owner_->after(std::min(luck_->skewed(pace_->write_us), pace_->longest_us), [this] {
      writing_ = false;
      write_free();
      if (!failed_ && commits_.has_held() && !commits_.group_is_under_way())
        begin_group();
      if (!failed_ && !commits_.has_held())
        serve_loads();
      schedule();
    });
  });
}

bool virtual_store::insist(const persistence::status& how) {
  if (how.ok())
    return true;
  failed_ = true;
  on_failure_(how.text);
  return false;
}

persistence::write_batch virtual_store::joined(const group& all) {
  persistence::write_batch batch;
  for (const auto& one : all)
    batch.append(one.batch);
  return batch;
}

void virtual_store::write_free() {
  const auto written = std::exchange(free_, {});
  if (!insist(store_->commit(joined(written), false)))
    return;
  for (const auto& one : written)
    one.when_done();
}

void virtual_store::begin_group() {
  syncing_ = commits_.begin_group();
  if (!insist(store_->begin_sync(joined(syncing_))))
    return;
  owner_->after(std::min(luck_->skewed(pace_->sync_us), pace_->longest_us),
                [this] { end_group(); });
}

void virtual_store::end_group() {
  if (failed_ || !insist(store_->end_sync(store_->sync())))
    return;
  commits_.end_group();
  for (const auto& one : std::exchange(syncing_, {}))
    one.when_done();
  schedule();
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
  if (!free_.empty() && luck_->chance(500))
    (void)store_->commit(joined(free_), false);
  free_.clear();
  syncing_.clear();
  store_.reset(); // so that the next life may open it
}

} // namespace evenkeel::simulator
