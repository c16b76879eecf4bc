// LevelDB's own last resort: a database from whatever tables and logs can still be read.
#pragma once

#include "persistence/store.hpp"

#include <cstdint>
#include <string>

namespace leveldb {
class Env;
} // namespace leveldb

namespace evenkeel::persistence {

/// Nobody may have it open. What was erased shortly before the damage may come back.
/// `damaged_tables` becomes the number of those (at most 1,000) of which some or all was
/// unreadable.
status rebuild(const std::string& directory, leveldb::Env& files, std::uint64_t& damaged_tables);

} // namespace evenkeel::persistence
