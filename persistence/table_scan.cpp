#include "persistence/table_scan.hpp"

#include "persistence/log_files.hpp"

#include <leveldb/env.h>
#include <leveldb/iterator.h>
#include <leveldb/options.h>
#include <leveldb/table.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

namespace evenkeel::persistence {

namespace {

/// Empty: all of it can be read, or it cannot be opened, which is no damage.
std::string damage_in_table(leveldb::Env& files, const std::string& directory,
                            const std::string& name) {
  std::uint64_t bytes = 0;
  leveldb::RandomAccessFile* opened = nullptr;
  const auto path = path_in(directory, name);
  if (!files.GetFileSize(path, &bytes).ok() || !files.NewRandomAccessFile(path, &opened).ok())
    return {};
  const std::unique_ptr<leveldb::RandomAccessFile> file(opened);
  leveldb::Options options;
  options.env = &files;
  options.paranoid_checks = true;
  leveldb::Table* table = nullptr;
  if (!leveldb::Table::Open(options, file.get(), bytes, &table).ok())
    return "table " + name + " of " + std::to_string(bytes)
           + " bytes was cut short, or is damaged at its end";
  const std::unique_ptr<leveldb::Table> whole(table);
  leveldb::ReadOptions how;
  how.verify_checksums = true;
  how.fill_cache = false;
  const std::unique_ptr<leveldb::Iterator> at(whole->NewIterator(how));
  for (at->SeekToFirst(); at->Valid() && at->status().ok(); at->Next()) {
  }
  return at->status().ok() ? "" : "table " + name + " is damaged (" + at->status().ToString() + ")";
}

} // namespace

std::string damage_in_tables(leveldb::Env& files, const std::string& directory) {
  std::vector<std::string> names;
  (void)files.GetChildren(directory, &names); // none where it cannot be read
  std::sort(names.begin(), names.end());
  for (const auto& name : names) {
    if (!is_table(name))
      continue;
    if (auto damage = damage_in_table(files, directory, name); !damage.empty())
      return damage;
  }
  return {};
}

} // namespace evenkeel::persistence
