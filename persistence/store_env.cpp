#include "persistence/store_env.hpp"

#include "persistence/filled_log.hpp"

#include <filesystem>
#include <utility>

namespace evenkeel::persistence {

namespace {

leveldb::Status as_leveldb(const status& from) {
  return from.ok() ? leveldb::Status::OK() : leveldb::Status::IOError(from.text);
}

struct background_work {
  void (*work)(void*);
  void* argument;
  std::shared_ptr<std::atomic<std::uint32_t>> counter;
};

void run_and_count(void* what) {
  const std::unique_ptr<background_work> order(static_cast<background_work*>(what));
  order->work(order->argument);
  --*order->counter;
}

} // namespace

store_env::store_env(leveldb::Env* target, sync_function sync_directory,
                     std::shared_ptr<log_syncer> logs)
    : EnvWrapper(target), sync_directory_(std::move(sync_directory)), logs_(std::move(logs)),
      background_(std::make_shared<std::atomic<std::uint32_t>>(0)) {}

leveldb::Status store_env::NewWritableFile(const std::string& name, leveldb::WritableFile** file) {
  const bool is_log = name.ends_with(".log");
  *file = nullptr;
  const auto synced = is_log && logs_ ? logs_->sync() : status{};
  auto result = synced.ok() ? target()->NewWritableFile(name, file) : as_leveldb(synced);
  if (!result.ok() || !(is_log || name.ends_with(".ldb")))
    return result;
  const auto begun = is_log ? begin_log(name, *file) : sync_parent(name);
  if (!begun.ok()) {
    delete *file; // LevelDB's interface: owned by whoever asked for it, who gets none
    *file = nullptr;
  }
  return as_leveldb(begun);
}

status store_env::begin_log(const std::string& name, leveldb::WritableFile*& file) {
  auto how = sync_parent(name);
  if (!how.ok() || !logs_)
    return how;
  auto handle = logs_->begun(name, how);
  if (!handle)
    return how;
  const auto& log = *handle;
  file = new filled_log(std::unique_ptr<leveldb::WritableFile>(file), std::move(handle),
                        [logs = logs_, &log] { logs->closed(log); });
  return how;
}

leveldb::Status store_env::RenameFile(const std::string& from, const std::string& to) {
  auto result = target()->RenameFile(from, to);
  if (result.ok() && to.ends_with("/CURRENT"))
    current_kept_ = sync_parent(to);
  return result;
}

void store_env::Schedule(void (*work)(void*), void* argument) {
  ++*background_;
  target()->Schedule(run_and_count, new background_work{work, argument, background_});
}

status store_env::sync_parent(const std::string& name) {
  return sync_directory_(std::filesystem::path(name).parent_path().string());
}

} // namespace evenkeel::persistence
