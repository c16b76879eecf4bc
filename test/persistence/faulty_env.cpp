#include "test/persistence/faulty_env.hpp"

#include "persistence/data_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace evenkeel::test {

namespace fs = std::filesystem;

namespace {

leveldb::Status as_status(fault how, const std::string& name) {
  const auto error = how == fault::io_error ? EIO : ENOSPC;
  return leveldb::Status::IOError(name, std::generic_category().message(error));
}

leveldb::Status no_effect(const std::string& name) {
  return leveldb::Status::IOError(name, "the process has ended");
}

bool is_manifest(const std::string& name) {
  return fs::path(name).filename().string().starts_with("MANIFEST");
}

} // namespace

/// Writes through at once: what LevelDB's own file holds back in its buffer was never written.
class faulty_file final : public leveldb::WritableFile {
public:
  faulty_file(faulty_env& owner, std::string name, std::unique_ptr<leveldb::WritableFile> target)
      : owner_(owner), name_(std::move(name)), target_(std::move(target)) {}

  leveldb::Status Append(const leveldb::Slice& data) override {
    if (owner_.is_stopped())
      return no_effect(name_);
    if (auto failed = owner_.check(operation::append, name_); !failed.ok()) {
      (void)target_->Append({data.data(), data.size() / 2}); // torn
      const std::lock_guard guard(owner_.mutex_);
      owner_.files_[name_].written += data.size() / 2;
      return failed;
    }
    auto result = target_->Append(data);
    const std::lock_guard guard(owner_.mutex_);
    owner_.files_[name_].written += data.size();
    return result;
  }
  leveldb::Status Close() override { return target_->Close(); }
  leveldb::Status Flush() override { return target_->Flush(); }
  leveldb::Status Sync() override {
    auto result = target_->Flush(); // no power is cut in earnest
    return result.ok() ? owner_.sync(name_) : result;
  }

private:
  faulty_env& owner_;
  std::string name_;
  std::unique_ptr<leveldb::WritableFile> target_;
};

/// Of a log.
class faulty_log final : public persistence::log_handle {
public:
  faulty_log(faulty_env& owner, std::string name) : owner_(owner), name_(std::move(name)) {}

  persistence::status sync() override {
    const auto synced = owner_.sync(name_);
    return synced.ok() ? persistence::status{}
                       : persistence::status{persistence::store_error::io, synced.ToString()};
  }
  void fill(std::uint64_t from, std::uint64_t to) override {
    if (owner_.is_stopped())
      return;
    const std::lock_guard guard(owner_.mutex_);
    fs::resize_file(name_, to); // with zeros
    CHECK(from >= owner_.files_[name_].written);
    owner_.files_[name_].filled = to;
  }
  void cut(std::uint64_t bytes) override {
    if (owner_.is_stopped())
      return;
    const std::lock_guard guard(owner_.mutex_);
    fs::resize_file(name_, bytes);
    auto& filled = owner_.files_[name_].filled;
    filled = std::min(filled, bytes);
  }

private:
  faulty_env& owner_;
  std::string name_;
};

faulty_env::faulty_env(bool names_vanish)
    : EnvWrapper(leveldb::Env::Default()), names_vanish_(names_vanish) {
  auto pattern = (fs::temp_directory_path() / "evenkeel-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw std::runtime_error("no scratch directory");
  attic_ = pattern;
}

faulty_env::~faulty_env() {
  std::error_code ignored;
  fs::remove_all(attic_, ignored);
}

leveldb::Status faulty_env::sync(const std::string& name) {
  if (is_stopped())
    return no_effect(name);
  if (auto failed = check(operation::sync, name); !failed.ok())
    return failed;
  const std::lock_guard guard(mutex_);
  auto& state = files_[name];
  state.synced = state.written;
  if (is_manifest(name) || !names_vanish_) // as LevelDB's own file does
    names_are_synced();
  return leveldb::Status::OK();
}

persistence::environment faulty_env::environment() {
  persistence::environment on;
  on.files = this;
  on.sync_directory = [this](const std::string& directory) -> persistence::status {
    if (is_stopped())
      return {persistence::store_error::io, no_effect(directory).ToString()};
    if (auto failed = check(operation::sync_directory, directory); !failed.ok())
      return {persistence::store_error::io, failed.ToString()};
    const std::lock_guard guard(mutex_);
    names_are_synced();
    return {};
  };
  on.open_log = [this](const std::string& path, persistence::status&) {
    return std::make_shared<faulty_log>(*this, path);
  };
  return on;
}

// -- faults
// ----------------------------------------------------------------------------------------

void faulty_env::fail(operation which, std::uint64_t nth, fault how, bool from_then_on) {
  const std::lock_guard guard(mutex_);
  plans_[which] = {counts_[which] + nth, how, from_then_on};
}

void faulty_env::stop_at_change(std::uint64_t nth) {
  const std::lock_guard guard(mutex_);
  changes_left_ = nth - 1;
}

bool faulty_env::stopped() const {
  const std::lock_guard guard(mutex_);
  return changes_left_ == 0U;
}

bool faulty_env::is_stopped() {
  const std::lock_guard guard(mutex_);
  if (!changes_left_)
    return false;
  if (*changes_left_ == 0)
    return true;
  --*changes_left_;
  return false;
}

void faulty_env::heal() {
  const std::lock_guard guard(mutex_);
  plans_.clear();
  changes_left_.reset();
}

std::uint64_t faulty_env::logs_hit() const {
  const std::lock_guard guard(mutex_);
  return logs_hit_;
}

std::uint64_t faulty_env::failures() const {
  const std::lock_guard guard(mutex_);
  return failures_;
}

std::uint64_t faulty_env::count(operation which) const {
  const std::lock_guard guard(mutex_);
  const auto found = counts_.find(which);
  return found == counts_.end() ? 0 : found->second;
}

leveldb::Status faulty_env::check(operation which, const std::string& name) {
  const std::lock_guard guard(mutex_);
  const auto now = ++counts_[which];
  const auto planned = plans_.find(which);
  if (planned == plans_.end() || now < planned->second.at
      || (now > planned->second.at && !planned->second.from_then_on))
    return leveldb::Status::OK();
  ++failures_;
  return as_status(planned->second.how, name);
}

// -- names
// -----------------------------------------------------------------------------------------

/// What stands under a name that is about to change; a link, so that it costs nothing.
void faulty_env::remember(const std::string& name) {
  name_change change{name, {}};
  if (fs::exists(name)) {
    change.kept_as = attic_ + "/" + std::to_string(++copies_);
    std::error_code error;
    fs::create_hard_link(name, change.kept_as, error);
    if (error)
      fs::copy_file(name, change.kept_as);
  }
  changes_.push_back(std::move(change));
}

void faulty_env::names_are_synced() {
  for (const auto& change : changes_)
    if (!change.kept_as.empty())
      fs::remove(change.kept_as);
  changes_.clear();
}

leveldb::Status faulty_env::NewWritableFile(const std::string& name, leveldb::WritableFile** file) {
  *file = nullptr;
  if (is_stopped())
    return no_effect(name);
  if (auto failed = check(operation::create, name); !failed.ok())
    return failed;
  {
    const std::lock_guard guard(mutex_);
    remember(name);
    std::error_code ignored;
    fs::remove(name, ignored); // a new file, so that what is kept of the old one stays as it was
    files_[name] = {};
  }
  leveldb::WritableFile* made = nullptr;
  if (auto result = target()->NewWritableFile(name, &made); !result.ok())
    return result;
  *file = new faulty_file(*this, name, std::unique_ptr<leveldb::WritableFile>(made));
  return leveldb::Status::OK();
}

leveldb::Status faulty_env::NewAppendableFile(const std::string& name,
                                              leveldb::WritableFile** file) {
  *file = nullptr; // LevelDB can do without
  return leveldb::Status::NotSupported(name, "is not appended to here");
}

leveldb::Status faulty_env::RenameFile(const std::string& from, const std::string& to) {
  if (is_stopped())
    return no_effect(from);
  if (auto failed = check(operation::rename, from); !failed.ok())
    return failed;
  const std::lock_guard guard(mutex_);
  remember(to);
  auto result = target()->RenameFile(from, to);
  files_[to] = files_[from];
  files_.erase(from);
  return result;
}

leveldb::Status faulty_env::RemoveFile(const std::string& name) {
  if (is_stopped())
    return no_effect(name);
  const std::lock_guard guard(mutex_);
  remember(name);
  return target()->RemoveFile(name);
}

// -- power cuts
// --------------------------------------------------------------------------------------

void faulty_env::undo(const name_change& change) {
  std::error_code ignored;
  fs::remove(change.name, ignored);
  if (!change.kept_as.empty())
    fs::rename(change.kept_as, change.name);
}

void faulty_env::lose_bytes(const std::string& name, file_state& state, std::uint64_t kept,
                            std::mt19937_64* tear) {
  if (!fs::exists(name))
    return;
  fs::resize_file(name, kept);
  if (tear != nullptr && kept > state.synced) {
    const auto from = state.synced + (*tear)() % (kept - state.synced);
    std::string rubbish(std::min<std::uint64_t>(kept - from, 1 + (*tear)() % 4096), '\0');
    if ((*tear)() % 2 == 0)
      for (auto& byte : rubbish)
        byte = static_cast<char>((*tear)());
    std::fstream stream(name, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(static_cast<std::streamoff>(from));
    stream << rubbish;
  }
  state = {kept, kept, 0};
}

void faulty_env::lose_sectors(const std::string& name, file_state& state, std::mt19937_64* luck) {
  constexpr std::uint64_t sector = 512;
  if (!fs::exists(name))
    return;
  std::fstream stream(name, std::ios::in | std::ios::out | std::ios::binary);
  const auto odds = luck == nullptr ? 1 : 1 + (*luck)() % 8;
  for (auto from = state.synced; from < state.written;) {
    const auto to = std::min(state.written, (from / sector + 1) * sector);
    if (luck == nullptr || (*luck)() % odds == 0) {
      stream.seekp(static_cast<std::streamoff>(from));
      stream << std::string(to - from, '\0');
    }
    from = to;
  }
  stream.close();
  const auto end = luck == nullptr || (*luck)() % 4 != 0
                       ? state.filled
                       : state.written + (*luck)() % (state.filled - state.written + 1);
  fs::resize_file(name, end);
  state = {end, end, 0};
}

void faulty_env::cut(std::mt19937_64* luck, bool tear) {
  const std::lock_guard guard(mutex_);
  for (auto& [name, state] : files_) {
    logs_hit_ += name.ends_with(".log") && state.synced < state.written ? 1 : 0;
    if (state.filled > 0 && (luck == nullptr || (*luck)() % 3 != 0)) {
      lose_sectors(name, state, luck);
      continue;
    }
    const auto unsynced = state.written - state.synced;
    const auto kept = luck == nullptr || unsynced == 0 ? 0 : (*luck)() % (unsynced + 1);
    if (unsynced > 0)
      lose_bytes(name, state, state.synced + kept, tear ? luck : nullptr);
  }
  auto undone = luck == nullptr ? changes_.size() : (*luck)() % (changes_.size() + 1);
  for (; undone > 0; --undone) {
    undo(changes_.back());
    changes_.pop_back();
  }
  names_are_synced();
  plans_.clear();
  changes_left_.reset();
}

void faulty_env::cut_power(std::mt19937_64& luck, bool tear) {
  cut(&luck, tear);
}

void faulty_env::cut_power() {
  cut(nullptr, false);
}

} // namespace evenkeel::test
