// The store of production: one LevelDB in one directory, held by one process.
// Owns the directory's lock as long as it lives. Must not know: records.
#pragma once

#include "persistence/environment.hpp"
#include "persistence/store.hpp"

#include <string>

namespace evenkeel::persistence {

/// Opens the store in `directory`, which is created (0700) if need be.
///  - in_use: the text names the process that holds it, where that can be found out.
///  - unusable, io (the disk is full or fails): the text says what the system said.
///  - damaged: the text says what a human can do. Nothing was changed.
/// A log that ends in the middle of a batch is what a crash leaves: that batch never happened.
open_result open_leveldb_store(const std::string& directory, const store_options& options = {},
                               const environment& on = {});

} // namespace evenkeel::persistence
