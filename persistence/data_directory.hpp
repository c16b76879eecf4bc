// The directory that a store lives in, as the operating system sees it.
// Must not know: LevelDB.
#pragma once

#include "persistence/store.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::persistence {

/// Makes the directory, and parents that are missing, with mode 0700, durably: each new one and its
/// parent are fsynced. Fails also when it is there but cannot be written to.
status make_data_directory(const std::string& path);

/// fsyncs a directory, so that files made or renamed in it stay.
status sync_directory(const std::string& path);

/// Whether what the system said at the end of `text` means a disk that is full or fails.
bool names_disk_error(std::string_view text);

/// The process that has locked this file with fcntl. Never call it while this process has it
/// locked: closing the file here would drop our own lock.
std::optional<pid_t> lock_holder(const std::string& lock_file);

/// Bytes that we may still write to its file system; 0 when that cannot be found out.
std::uint64_t free_bytes_at(const std::string& path);

} // namespace evenkeel::persistence
