// What LevelDB says when something fails, as what it means for a data directory and whoever runs
// it.
#pragma once

#include "persistence/store.hpp"

#include <string>

namespace leveldb {
class Env;
class Status;
} // namespace leveldb

namespace evenkeel::persistence {

/// As the beginning of a sentence.
std::string name_of(const std::string& directory);

/// `what` is wrong, as part of a sentence; the rest says what can be done.
status damaged(const std::string& directory, const std::string& what);

status translate(const leveldb::Status& from, const std::string& directory, leveldb::Env& files);

/// The same for a database that could not be opened: somebody else may have it.
status explain_failed_open(const leveldb::Status& from, const std::string& directory,
                           leveldb::Env& files);

} // namespace evenkeel::persistence
