#include "persistence/log_files.hpp"

#include "persistence/synced_mark.hpp"

#include <leveldb/env.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <system_error>

namespace evenkeel::persistence {

namespace {

/// What CURRENT says; empty where it cannot be read.
std::string current_manifest(leveldb::Env& files, const std::string& directory) {
  std::string name;
  (void)leveldb::ReadFileToString(&files, path_in(directory, "CURRENT"), &name);
  return name.substr(0, name.find('\n'));
}

/// Each time a database is opened LevelDB begins a log, then makes a MANIFEST with a lower number,
/// then names that in CURRENT; and it removes a log only when there is a later one. The first
/// MANIFEST, made before any log or by a repair, has the number 1.
std::string missing_log(leveldb::Env& files, const std::string& directory,
                        const std::vector<std::string>& names) {
  const auto manifest = file_number(current_manifest(files, directory));
  const bool there = std::any_of(names.begin(), names.end(), [manifest](const auto& name) {
    return is_log(name) && file_number(name) > manifest;
  });
  return manifest <= 1 || there ? "" : "its newest log is missing";
}

/// Other programs have files that end in .log, too.
bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_numbered(std::string_view name, std::string_view suffix) {
  return name.ends_with(suffix) && is_number(name.substr(0, name.size() - suffix.size()));
}

/// What a start leaves that was killed before there was a database, and what a new file system has.
bool is_left_over(std::string_view name) {
  constexpr std::array left_over{"LOCK", "LOG", "LOG.old", "lost", "lost+found"};
  return std::find(left_over.begin(), left_over.end(), name) != left_over.end()
         || name == synced_mark::new_file_name || is_numbered(name, ".dbtmp");
}

} // namespace

bool is_log(std::string_view name) {
  return is_numbered(name, ".log");
}

bool is_table(std::string_view name) {
  return is_numbered(name, ".ldb") || is_numbered(name, ".sst");
}

bool is_manifest(std::string_view name) {
  constexpr std::string_view prefix = "MANIFEST-";
  return name.starts_with(prefix) && is_number(name.substr(prefix.size()));
}

bool is_database_file(std::string_view name) {
  return name == "CURRENT" || name == synced_mark::file_name || is_log(name) || is_table(name)
         || is_manifest(name);
}

std::string foreign_file(leveldb::Env& files, const std::string& directory) {
  std::vector<std::string> names;
  (void)files.GetChildren(directory, &names); // none where it cannot be read: opening tells why
  std::sort(names.begin(), names.end());
  const auto foreign = std::find_if(names.begin(), names.end(), [](const auto& name) {
    return name != "." && name != ".." && !is_database_file(name) && !is_left_over(name);
  });
  return foreign == names.end() ? "" : *foreign;
}

std::uint64_t file_number(std::string_view name) {
  constexpr std::string_view manifest = "MANIFEST-";
  constexpr std::string_view log = ".log";
  if (is_manifest(name))
    name.remove_prefix(manifest.size());
  else if (is_log(name))
    name.remove_suffix(log.size());
  std::uint64_t number = 0;
  const auto* end = name.data() + name.size();
  const auto [stopped, error] = std::from_chars(name.data(), end, number);
  return error == std::errc{} && stopped == end ? number : 0;
}

std::string path_in(const std::string& directory, std::string_view name) {
  std::string path = directory;
  path += '/';
  path += name;
  return path;
}

std::vector<std::string> database_files(const std::string& directory) {
  std::vector<std::string> names;
  (void)leveldb::Env::Default()->GetChildren(directory, &names);
  std::erase_if(names, [](const auto& name) { return !is_database_file(name); });
  std::sort(names.begin(), names.end());
  return names;
}

leveldb::Status replace_log(leveldb::Env& files, const std::string& path,
                            const std::string& content) {
  auto fresh = path.substr(0, path.rfind('.'));
  fresh += ".dbtmp"; // LevelDB removes such files when it finds one
  leveldb::WritableFile* made = nullptr;
  auto done = files.NewWritableFile(fresh, &made);
  if (!done.ok())
    return done;
  const std::unique_ptr<leveldb::WritableFile> file(made);
  done = file->Append(content);
  if (done.ok())
    done = file->Sync();
  if (done.ok())
    done = file->Close();
  return done.ok() ? files.RenameFile(fresh, path) : done;
}

std::vector<log_stretch> scan_log_file(leveldb::Env& files, const std::string& path) {
  std::string content;
  if (!leveldb::ReadFileToString(&files, path, &content).ok())
    return {{log_stretch::nature::damaged, 0, 0}};
  return scan_log(content);
}

bool has_whole_manifest(leveldb::Env& files, const std::string& directory) {
  const auto name = current_manifest(files, directory);
  std::uint64_t bytes = 0;
  return is_manifest(name) && files.GetFileSize(path_in(directory, name), &bytes).ok() && bytes > 0
         && scan_log_file(files, path_in(directory, name)).empty();
}

std::string damage_in_logs(leveldb::Env& files, const std::string& directory) {
  std::vector<std::string> names;
  (void)files.GetChildren(directory, &names); // none where it cannot be read: opening tells why
  for (const auto& name : names)
    if (is_log(name))
      for (const auto& stretch : scan_log_file(files, path_in(directory, name)))
        if (stretch.what == log_stretch::nature::damaged)
          return name + " is damaged from byte " + std::to_string(stretch.offset) + " on";
  return missing_log(files, directory, names);
}

} // namespace evenkeel::persistence
