#include "persistence/rebuild.hpp"

#include <leveldb/db.h>
#include <leveldb/env.h>

namespace evenkeel::persistence {

status rebuild(const std::string& directory, leveldb::Env& files, leveldb::Logger& log) {
  leveldb::Options options;
  options.env = &files;
  options.info_log = &log;
  options.paranoid_checks = true; // or damaged blocks would be taken for good ones
  options.compression = leveldb::kSnappyCompression;
  const auto repaired = leveldb::RepairDB(directory, options);
  if (repaired.ok())
    return {};
  return {store_error::damaged, "the database in data directory " + directory
                                    + " cannot be put together again: " + repaired.ToString()};
}

} // namespace evenkeel::persistence
