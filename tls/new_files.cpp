#include "tls/new_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace evenkeel::tls {

namespace {

[[noreturn]] void fail(const std::filesystem::path& name, int error) {
  throw std::runtime_error("cannot make " + name.string() + ": " + std::strerror(error));
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = write(file, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR)
      continue;
    if (size <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

std::filesystem::path draft_of(const std::filesystem::path& name) {
  auto draft = name;
  return draft += ".new";
}

void write_draft(const new_file& one) {
  const auto draft = draft_of(one.name);
  unlink(draft.c_str()); // of a run that was killed
  const mode_t mode = one.secret ? 0600 : 0644;
  const auto file = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0)
    fail(one.name, errno);
  const bool good = fchmod(file, mode) == 0 && write_all(file, one.bytes) && fsync(file) == 0;
  const auto error = errno;
  close(file);
  if (!good) {
    unlink(draft.c_str());
    fail(one.name, error);
  }
}

/// `link` refuses what is there, `rename` replaces it.
void put_in_place(const std::filesystem::path& name, bool overwrite) {
  const auto draft = draft_of(name);
  const bool good = overwrite ? std::rename(draft.c_str(), name.c_str()) == 0
                              : link(draft.c_str(), name.c_str()) == 0;
  const auto error = errno;
  unlink(draft.c_str());
  if (!good)
    fail(name, error);
}

void sync_directory(const std::filesystem::path& directory) {
  const auto file = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0)
    return;
  fsync(file);
  close(file);
}

} // namespace

void make_files(const std::vector<new_file>& files, bool overwrite) {
  for (const auto& one : files)
    if (!overwrite && std::filesystem::exists(one.name))
      throw std::runtime_error(one.name.string()
                               + " is there already: --force replaces it, and nobody can "
                                 "bring the old one back");
  for (const auto& one : files)
    write_draft(one);
  for (const auto& one : files)
    put_in_place(one.name, overwrite);
  for (const auto& one : files)
    sync_directory(one.name.has_parent_path() ? one.name.parent_path() : ".");
}

} // namespace evenkeel::tls
