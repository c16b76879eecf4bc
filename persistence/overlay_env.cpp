#include "persistence/overlay_env.hpp"

#include <leveldb/helpers/memenv.h>

#include <algorithm>

namespace evenkeel::persistence {

namespace {

/// Where the directory has no lock file nobody can hold it, and none is to be made.
class no_lock final : public leveldb::FileLock {};

leveldb::Status not_found(const std::string& name) {
  return leveldb::Status::NotFound(name, "no such file");
}

} // namespace

overlay_env::overlay_env(leveldb::Env* target)
    : EnvWrapper(target), memory_(leveldb::NewMemEnv(target)) {}
overlay_env::~overlay_env() = default;

leveldb::Env* overlay_env::home_of(const std::string& name) {
  if (memory_->FileExists(name))
    return memory_.get();
  const std::lock_guard guard(mutex_);
  return removed_.contains(name) ? nullptr : target();
}

leveldb::Status overlay_env::NewSequentialFile(const std::string& name,
                                               leveldb::SequentialFile** file) {
  *file = nullptr;
  auto* home = home_of(name);
  return home == nullptr ? not_found(name) : home->NewSequentialFile(name, file);
}

leveldb::Status overlay_env::NewRandomAccessFile(const std::string& name,
                                                 leveldb::RandomAccessFile** file) {
  *file = nullptr;
  auto* home = home_of(name);
  return home == nullptr ? not_found(name) : home->NewRandomAccessFile(name, file);
}

leveldb::Status overlay_env::NewWritableFile(const std::string& name,
                                             leveldb::WritableFile** file) {
  return memory_->NewWritableFile(name, file);
}

leveldb::Status overlay_env::NewAppendableFile(const std::string& name,
                                               leveldb::WritableFile** file) {
  *file = nullptr; // LevelDB can do without
  return leveldb::Status::NotSupported(name, "is not appended to here");
}

bool overlay_env::FileExists(const std::string& name) {
  auto* home = home_of(name);
  return home != nullptr && home->FileExists(name);
}

leveldb::Status overlay_env::GetChildren(const std::string& directory,
                                         std::vector<std::string>* names) {
  std::vector<std::string> written;
  if (auto result = target()->GetChildren(directory, names); !result.ok())
    return result;
  if (auto result = memory_->GetChildren(directory, &written); !result.ok())
    return result;
  const std::lock_guard guard(mutex_);
  std::erase_if(*names,
                [&](const auto& name) { return removed_.contains(directory + "/" + name); });
  for (auto& name : written)
    if (std::find(names->begin(), names->end(), name) == names->end())
      names->push_back(std::move(name));
  return leveldb::Status::OK();
}

leveldb::Status overlay_env::RemoveFile(const std::string& name) {
  if (!FileExists(name))
    return not_found(name);
  if (memory_->FileExists(name))
    (void)memory_->RemoveFile(name);
  const std::lock_guard guard(mutex_);
  removed_.insert(name);
  return leveldb::Status::OK();
}

leveldb::Status overlay_env::CreateDir(const std::string& /*name*/) {
  return leveldb::Status::OK();
}

leveldb::Status overlay_env::RemoveDir(const std::string& /*name*/) {
  return leveldb::Status::OK();
}

leveldb::Status overlay_env::GetFileSize(const std::string& name, std::uint64_t* size) {
  auto* home = home_of(name);
  return home == nullptr ? not_found(name) : home->GetFileSize(name, size);
}

leveldb::Status overlay_env::RenameFile(const std::string& from, const std::string& to) {
  if (memory_->FileExists(from)) {
    auto result = memory_->RenameFile(from, to);
    const std::lock_guard guard(mutex_);
    removed_.insert(from);
    return result;
  }
  std::string content;
  auto result = leveldb::ReadFileToString(this, from, &content);
  if (result.ok())
    result = leveldb::WriteStringToFile(memory_.get(), content, to);
  return result.ok() ? RemoveFile(from) : result;
}

leveldb::Status overlay_env::LockFile(const std::string& name, leveldb::FileLock** lock) {
  {
    const std::lock_guard guard(mutex_);
    let_go_ = false; // a database is being opened
  }
  if (target()->FileExists(name))
    return target()->LockFile(name, lock);
  *lock = new no_lock;
  return leveldb::Status::OK();
}

leveldb::Status overlay_env::UnlockFile(leveldb::FileLock* lock) {
  if (dynamic_cast<no_lock*>(lock) == nullptr)
    return target()->UnlockFile(lock);
  delete lock;
  return leveldb::Status::OK();
}

leveldb::Status overlay_env::NewLogger(const std::string& name, leveldb::Logger** result) {
  return memory_->NewLogger(name, result);
}

/// By the operating system's own: the target may be such a layer, too, which holds back what it is
/// given until a database of its own is closed.
void overlay_env::Schedule(void (*work)(void*), void* argument) {
  const std::lock_guard guard(mutex_);
  if (let_go_)
    Default()->Schedule(work, argument);
  else
    held_back_.emplace_back(work, argument);
}

void overlay_env::let_go() {
  const std::lock_guard guard(mutex_);
  let_go_ = true;
  for (const auto& [work, argument] : held_back_)
    Default()->Schedule(work, argument);
  held_back_.clear();
}

environment in_memory(overlay_env& files, leveldb::Logger& log) {
  environment on;
  on.files = &files;
  on.log = &log;
  on.before_close = [&files] { files.let_go(); };
  on.read_only = true;
  return on;
}

} // namespace evenkeel::persistence
