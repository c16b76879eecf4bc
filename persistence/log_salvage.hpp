// What can be saved of a damaged log: LevelDB gives up the rest of a block of 32 KiB with the first
// bad byte in it; here every batch that is whole stays.
// Must not know: what a batch holds.
#pragma once

#include "persistence/store.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace leveldb {
class Env;
} // namespace leveldb

namespace evenkeel::persistence {

/// A log with the whole batches of `log` (grammar: log_scan.hpp), in their order. A damaged
/// fragment is stepped over where its length leads to an intact one; otherwise to the first byte
/// from which intact fragments lead to the end of the block (one alone might be what a client
/// wrote). If there is none the rest of the block is left out, and reading goes on with the next.
std::string salvage_log(std::string_view log);

/// Puts salvaged logs in the place of the damaged ones of a database that nobody has open.
/// `damaged` becomes the number of those.
status salvage_logs(const std::string& directory, leveldb::Env& files, std::uint64_t& damaged);

} // namespace evenkeel::persistence
