#include "persistence/directory_syncing_env.hpp"

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

directory_syncing_env::directory_syncing_env(leveldb::Env* target, sync_function sync_directory,
                                             std::shared_ptr<log_syncer> logs)
    : EnvWrapper(target), sync_directory_(std::move(sync_directory)), logs_(std::move(logs)),
      background_(std::make_shared<std::atomic<std::uint32_t>>(0)) {}

/// Tables need none: LevelDB syncs the MANIFEST that names them, and the directory with it.
leveldb::Status directory_syncing_env::NewWritableFile(const std::string& name,
                                                       leveldb::WritableFile** file) {
  auto result = target()->NewWritableFile(name, file);
  if (!result.ok() || !name.ends_with(".log"))
    return result;
  result = begin_log(name);
  if (!result.ok()) {
    delete *file; // LevelDB's interface: owned by whoever asked for it, who gets none
    *file = nullptr;
  }
  return result;
}

leveldb::Status directory_syncing_env::begin_log(const std::string& name) {
  auto result = sync_parent(name);
  return result.ok() && logs_ ? as_leveldb(logs_->begun(name)) : result;
}

leveldb::Status directory_syncing_env::RemoveFile(const std::string& name) {
  if (logs_)
    logs_->removed(name);
  return target()->RemoveFile(name);
}

leveldb::Status directory_syncing_env::RenameFile(const std::string& from, const std::string& to) {
  const auto result = target()->RenameFile(from, to);
  return result.ok() && to.ends_with("/CURRENT") ? sync_parent(to) : result;
}

void directory_syncing_env::Schedule(void (*work)(void*), void* argument) {
  ++*background_;
  target()->Schedule(run_and_count, new background_work{work, argument, background_});
}

leveldb::Status directory_syncing_env::sync_parent(const std::string& name) {
  return as_leveldb(sync_directory_(std::filesystem::path(name).parent_path().string()));
}

} // namespace evenkeel::persistence
