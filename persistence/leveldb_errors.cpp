#include "persistence/leveldb_errors.hpp"

#include "persistence/data_directory.hpp"
#include "persistence/table_scan.hpp"

#include <leveldb/env.h>

#include <cerrno>
#include <system_error>

namespace evenkeel::persistence {

namespace {

/// LevelDB calls it an I/O error with EINVAL when its index leads beyond the end of a table.
bool ends_early(const std::string& text) {
  const auto error = ": " + std::generic_category().message(EINVAL);
  return text.ends_with(".ldb" + error) || text.ends_with(".sst" + error);
}

} // namespace

std::string name_of(const std::string& directory) {
  return "data directory " + directory;
}

status damaged(const std::string& directory, const std::string& what) {
  return {
      store_error::damaged,
      "the database in " + name_of(directory) + " is damaged (" + what
          + "). `evenkeel check --data " + directory
          + "` shows what is wrong and what can be repaired. A proxy's directory may be removed: "
            "the nodes hold all that is in it. A node's may not: it is the only copy of its "
            "tickets"};
}

status translate(const leveldb::Status& from, const std::string& directory, leveldb::Env& files) {
  if (from.ok())
    return {};
  const auto text = from.ToString();
  if (from.IsCorruption() || ends_early(text)) {
    const auto table = damage_in_tables(files, directory);
    return damaged(directory, table.empty() ? text : table);
  }
  return {store_error::io, name_of(directory) + ": " + text};
}

status explain_failed_open(const leveldb::Status& from, const std::string& directory,
                           leveldb::Env& files) {
  // LevelDB reports a lock that somebody else holds as one more I/O error.
  const auto lock_failed = "lock " + directory + "/LOCK: ";
  const auto text = from.ToString();
  if (text.find(lock_failed + "already held by process") != std::string::npos)
    return {store_error::in_use, name_of(directory) + " is already open in this process"};
  if (text.find(lock_failed + std::generic_category().message(EAGAIN)) != std::string::npos) {
    const auto holder = lock_holder(directory + "/LOCK");
    return {store_error::in_use, name_of(directory) + " is in use by another process"
                                     + (holder ? " (pid " + std::to_string(*holder) + ")" : "")};
  }
  auto result = translate(from, directory, files);
  if (result.code == store_error::io && !names_disk_error(text))
    result.code = store_error::unusable;
  return result;
}

} // namespace evenkeel::persistence
