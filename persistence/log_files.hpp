// LevelDB's files by name, and its logs as log_scan.hpp sees them.
#pragma once

#include "persistence/log_scan.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leveldb {
class Env;
class Status;
} // namespace leveldb

namespace evenkeel::persistence {

bool is_log(std::string_view name);
bool is_table(std::string_view name);
bool is_manifest(std::string_view name);

/// Whether a database has files of this name; our own SYNCED is one.
bool is_database_file(std::string_view name);

/// The first file that is neither of a database nor left over by a start; empty: there is none.
std::string foreign_file(leveldb::Env& files, const std::string& directory);

std::string path_in(const std::string& directory, std::string_view name);

/// Of a log or MANIFEST; 0 for any other name.
std::uint64_t file_number(std::string_view name);

/// Names of the files that make up a database, in order, with our own SYNCED; without LOCK and LOG.
/// A directory that cannot be read has none.
std::vector<std::string> database_files(const std::string& directory);

/// Durable before it takes the place of the old one; that it does may still be undone by a power
/// cut.
leveldb::Status replace_log(leveldb::Env& files, const std::string& path,
                            const std::string& content);

/// Of a file that cannot be read, one stretch of damage without bytes.
std::vector<log_stretch> scan_log_file(leveldb::Env& files, const std::string& path);

/// Whether CURRENT leads to a MANIFEST that can be read, which names all tables.
bool has_whole_manifest(leveldb::Env& files, const std::string& directory);

/// What LevelDB would drop in silence, since a damaged length looks like the end of the log to it,
/// and a log that is not there like one that never was. In words; empty: nothing.
std::string damage_in_logs(leveldb::Env& files, const std::string& directory);

} // namespace evenkeel::persistence
