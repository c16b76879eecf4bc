#include "persistence/log_files.hpp"

#include <leveldb/env.h>

#include <algorithm>

namespace evenkeel::persistence {

bool is_log(std::string_view name) {
  return name.ends_with(".log");
}

bool is_table(std::string_view name) {
  return name.ends_with(".ldb") || name.ends_with(".sst");
}

bool is_manifest(std::string_view name) {
  return name.starts_with("MANIFEST-");
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
  std::erase_if(names, [](const auto& name) {
    return name != "CURRENT" && !is_log(name) && !is_table(name) && !is_manifest(name);
  });
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<log_stretch> scan_log_file(leveldb::Env& files, const std::string& path) {
  std::string content;
  if (!leveldb::ReadFileToString(&files, path, &content).ok())
    return {{log_stretch::nature::damaged, 0, 0}};
  return scan_log(content);
}

} // namespace evenkeel::persistence
