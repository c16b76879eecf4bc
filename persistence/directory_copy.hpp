// A copy of a database, made before it is changed by force.
#pragma once

#include "persistence/store.hpp"

#include <string>

namespace evenkeel::persistence {

/// Copies the database's files from `directory` into a new directory beside it (beside the real one
/// where a symlink leads to it), DIR.before-repair or the like, and fsyncs them. Tables, which
/// LevelDB never changes, are linked where that is possible. `copy` becomes its full path. What was
/// copied is removed again if it fails.
status copy_database(const std::string& directory, std::string& copy);

} // namespace evenkeel::persistence
