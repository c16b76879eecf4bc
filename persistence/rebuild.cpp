#include "persistence/rebuild.hpp"

#include "persistence/captured_log.hpp"
#include "persistence/log_files.hpp"

#include <leveldb/db.h>
#include <leveldb/env.h>

#include <algorithm>

namespace evenkeel::persistence {

status rebuild(const std::string& directory, leveldb::Env& files, std::uint64_t& damaged_tables) {
  captured_log log("Archiving "); // what was read in part or not at all, and every log and MANIFEST
  leveldb::Options options;
  options.env = &files;
  options.info_log = &log;
  options.paranoid_checks = true; // or damaged blocks would be taken for good ones
  options.compression = leveldb::kSnappyCompression;
  const auto repaired = leveldb::RepairDB(directory, options);
  const auto archived = log.lines();
  damaged_tables = static_cast<std::uint64_t>(
      std::count_if(archived.begin(), archived.end(), [](std::string_view line) {
        return is_table(line.substr(0, line.rfind(": ")));
      }));
  if (repaired.ok())
    return {};
  return {store_error::damaged, "the database in data directory " + directory
                                    + " cannot be put together again: " + repaired.ToString()};
}

} // namespace evenkeel::persistence
