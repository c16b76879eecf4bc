// LevelDB's files by name, and its logs as log_scan.hpp sees them.
#pragma once

#include "persistence/log_scan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace leveldb {
class Env;
} // namespace leveldb

namespace evenkeel::persistence {

bool is_log(std::string_view name);
bool is_table(std::string_view name);
bool is_manifest(std::string_view name);

std::string path_in(const std::string& directory, std::string_view name);

/// Names of the files that make up a database, in order; without its LOCK and LOG. A directory that
/// cannot be read has none.
std::vector<std::string> database_files(const std::string& directory);

/// Of a file that cannot be read, one stretch of damage without bytes.
std::vector<log_stretch> scan_log_file(leveldb::Env& files, const std::string& path);

} // namespace evenkeel::persistence
