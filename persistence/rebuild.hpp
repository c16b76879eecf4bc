// LevelDB's own last resort: a database from whatever tables and logs can still be read.
#pragma once

#include "persistence/store.hpp"

#include <string>

namespace leveldb {
class Env;
class Logger;
} // namespace leveldb

namespace evenkeel::persistence {

/// Nobody may have it open. What was erased shortly before the damage may come back.
status rebuild(const std::string& directory, leveldb::Env& files, leveldb::Logger& log);

} // namespace evenkeel::persistence
