// Damage to a database's files, and a way to see that nothing was changed.
#pragma once

#include "persistence/log_scan.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace evenkeel::test {

inline std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void overwrite(const std::filesystem::path& file, std::uintmax_t offset,
                      const std::string& bytes) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(static_cast<std::streamoff>(offset));
  stream << bytes;
  REQUIRE(stream.flush().good());
}

inline std::vector<std::filesystem::path> files_in(const std::filesystem::path& directory,
                                                   const std::string& extension) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    if (entry.path().extension() == extension)
      files.push_back(entry.path());
  return files;
}

/// The only log of a store that was closed or copied.
inline std::filesystem::path log_in(const std::filesystem::path& directory) {
  const auto logs = files_in(directory, ".log");
  REQUIRE(logs.size() == 1);
  return logs.front();
}

/// Of its batches: zeros stand behind them while the store is open, and after a kill.
inline std::uint64_t written_bytes(const std::filesystem::path& log) {
  return persistence::end_of_log(content_of(log)).whole_bytes;
}

/// With its header, at `offset` of a log.
inline std::uintmax_t fragment_bytes(const std::string& log, std::uintmax_t offset) {
  constexpr std::uintmax_t header = 7;
  const auto bytes = log.substr(offset, header);
  REQUIRE(bytes.size() == header);
  return header + static_cast<unsigned char>(bytes[4])
         + 256U * static_cast<unsigned char>(bytes[5]);
}

inline std::uintmax_t fragment_bytes(const std::filesystem::path& log, std::uintmax_t offset) {
  return fragment_bytes(content_of(log), offset);
}

/// Name, bytes, time of the last change and identity of every file, and of the directory.
inline std::map<std::string, std::string> snapshot(const std::filesystem::path& directory) {
  const auto time_of = [](const auto& path) {
    return std::to_string(std::filesystem::last_write_time(path).time_since_epoch().count());
  };
  std::map<std::string, std::string> all{{".", time_of(directory)}};
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    all[entry.path().filename()] = time_of(entry.path()) + content_of(entry.path());
  return all;
}

} // namespace evenkeel::test
