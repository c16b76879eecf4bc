// Opening a data directory for an actor process, with the log lines and errors that people need.
#pragma once

#include "messages/records.hpp"
#include "persistence/store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

namespace evenkeel {

inline constexpr int exit_io_error = 74; ///< EX_IOERR of sysexits.h

/// The disk is full or fails: the process is to end with exit_io_error.
class disk_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Throws disk_error or std::runtime_error with one clear sentence; logs what start-up had to
/// repair.
std::shared_ptr<persistence::store> open_disk(const std::string& directory);

/// A directory for the data directories of several nodes: this process's until the last copy of
/// what is returned is gone. Throws like open_disk.
std::shared_ptr<const void> claim_disk(const std::string& directory);

/// Feeds every record to `on_record` and logs warnings. Returns how many there were; throws like
/// open_disk.
std::uint64_t recover_disk(persistence::store& disk,
                           const std::function<void(record::value&&)>& on_record);

/// Ends the process: nothing may be acknowledged after a failed write (R13).
[[noreturn]] void disk_failed(const std::string& why);

/// Bytes left for us on the file system of `directory`; as many as there can be when nobody can
/// tell.
std::uint64_t free_disk_bytes(const std::string& directory);

/// 64 random bits from the system.
std::uint64_t random_bits();

} // namespace evenkeel
