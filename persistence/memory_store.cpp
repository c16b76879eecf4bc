#include "persistence/memory_store.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::persistence {

namespace {

constexpr const char* store_name = "the memory store";

void replay(const write_batch& batch, memory_disk::entries& to) {
  batch.for_each(
      [&](auto key, auto value) { to.insert_or_assign(std::string(key), std::string(value)); },
      [&](auto key) {
        if (const auto at = to.find(key); at != to.end())
          to.erase(at);
      });
}

} // namespace

status memory_disk::commit(const write_batch& batch, bool sync_follows) {
  if (const auto code = std::exchange(next_write_, store_error::none); code != store_error::none)
    return {code, std::string(store_name) + " was told to fail"};
  replay(batch, current_);
  commits_.push_back({log_, sync_follows, false, batch});
  return {};
}

void memory_disk::sync() {
  const auto last = std::find_if(commits_.rbegin(), commits_.rend(),
                                 [](const auto& one) { return one.sync_follows; });
  for (auto at = last; at != commits_.rend(); ++at)
    at->durable = at->durable || at->log == last->log;
  settle();
}

void memory_disk::rotate_log() {
  for (auto& one : commits_)
    one.durable = one.durable || one.log < log_;
  ++log_;
  settle();
}

void memory_disk::make_durable() {
  for (auto& one : commits_)
    one.durable = true;
  settle();
}

void memory_disk::settle() {
  while (!commits_.empty() && commits_.front().durable) {
    replay(commits_.front().batch, settled_);
    commits_.pop_front();
  }
}

void memory_disk::lose_unsynced(std::size_t keep) {
  auto log = log_;
  std::size_t kept = 0;
  for (const auto& one : commits_) {
    if (one.log != log) {
      log = one.log;
      kept = 0;
    }
    if (one.durable || kept++ < keep)
      replay(one.batch, settled_);
  }
  commits_.clear();
  current_ = settled_;
}

memory_disk::entries memory_disk::durable() const {
  auto left = settled_;
  for (const auto& one : commits_)
    if (one.durable)
      replay(one.batch, left);
  return left;
}

class memory_store final : public store {
public:
  explicit memory_store(std::shared_ptr<memory_disk> disk) : disk_(std::move(disk)) {
    disk_->open_ = true;
  }
  memory_store(const memory_store&) = delete;
  memory_store& operator=(const memory_store&) = delete;
  ~memory_store() override { disk_->open_ = false; }

  static bool in_use(const memory_disk& disk) { return disk.open_; }

  status begin(const store_options& options, open_report& report) {
    disk_->make_durable();
    return start(store_name, options, report);
  }

  std::uint64_t approximate_bytes() override {
    std::uint64_t bytes = 0;
    for (const auto& [key, value] : disk_->current_)
      bytes += key.size() + value.size();
    return bytes;
  }

  std::uint64_t free_bytes() override { return disk_->free_bytes_; }

private:
  status do_commit(const write_batch& batch, bool sync_follows) override {
    return disk_->commit(batch, sync_follows);
  }

  status do_sync() override {
    disk_->sync();
    return {};
  }

  get_result do_get(std::string_view key) override {
    const auto at = disk_->current_.find(key);
    if (at == disk_->current_.end())
      return {};
    return {{}, at->second};
  }

  status do_scan(std::string_view prefix, const scan_callback& on_entry) override {
    const auto snapshot = disk_->current_; // the callback may commit
    for (auto at = snapshot.lower_bound(prefix); at != snapshot.end(); ++at)
      if (!at->first.starts_with(prefix) || !on_entry(at->first, at->second))
        break;
    return {};
  }

  std::shared_ptr<memory_disk> disk_;
};

open_result open_memory_store(std::shared_ptr<memory_disk> disk, const store_options& options) {
  open_result result;
  if (memory_store::in_use(*disk)) {
    result.state = {store_error::in_use, std::string(store_name) + " is already open"};
    return result;
  }
  auto fresh = std::make_unique<memory_store>(std::move(disk));
  result.state = fresh->begin(options, result.report);
  if (result.state.ok())
    result.opened = std::move(fresh);
  return result;
}

} // namespace evenkeel::persistence
