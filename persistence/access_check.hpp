// Whether the system lets us look at a database at all: what may not be read is not damaged.
// Must not know: what is in the files.
#pragma once

#include "persistence/store.hpp"

#include <string>

namespace evenkeel::persistence {

/// Unusable, or io where the disk fails, if the directory or one of the database's files may not be
/// read, or its lock file not be written, as a lock needs it: then nothing is known.
status check_access(const std::string& directory);

} // namespace evenkeel::persistence
