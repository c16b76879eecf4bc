// Which table of a database is damaged: LevelDB's own words name no file.
// Must not know: what is stored.
#pragma once

#include <string>

namespace leveldb {
class Env;
} // namespace leveldb

namespace evenkeel::persistence {

/// The first table that cannot be read to its end, as part of a sentence; empty: there is none.
/// Reads all of them: for error texts.
std::string damage_in_tables(leveldb::Env& files, const std::string& directory);

} // namespace evenkeel::persistence
