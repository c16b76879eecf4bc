// The fragments of LevelDB's logs (grammar: log_scan.hpp). For log_scan and log_salvage only.
#pragma once

#include "persistence/crc32c.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace evenkeel::persistence::log_format {

inline constexpr std::size_t block_bytes = 32768;
inline constexpr std::size_t header_bytes = 7;
enum fragment_type : std::uint8_t { none = 0, full = 1, first = 2, middle = 3, last = 4 };

struct fragment {
  std::uint32_t crc = 0;
  std::size_t length = 0; ///< of its data
  std::uint8_t type = none;
  [[nodiscard]] std::size_t size() const { return header_bytes + length; }
};

/// Of at least `header_bytes`.
inline fragment read_header(std::string_view bytes) {
  fragment header;
  std::uint16_t length = 0;
  std::memcpy(&header.crc, bytes.data(), sizeof header.crc);
  std::memcpy(&length, bytes.data() + sizeof header.crc, sizeof length);
  header.length = length;
  header.type = static_cast<std::uint8_t>(bytes[sizeof header.crc + sizeof length]);
  return header;
}

/// Of type and data. Masked, since a checksum of data that holds its checksum is a bad one.
inline std::uint32_t checksum(std::string_view type_and_data) {
  constexpr std::uint32_t delta = 0xa282ead8U;
  const auto crc = crc32c(type_and_data);
  return ((crc >> 15U) | (crc << 17U)) + delta;
}

/// `bytes` begin with a fragment, and what its header says is true.
inline bool is_intact(std::string_view bytes) {
  if (bytes.size() < header_bytes)
    return false;
  constexpr std::size_t type_at = header_bytes - 1;
  const auto header = read_header(bytes);
  return header.type != none && header.type <= last && header.size() <= bytes.size()
         && checksum(bytes.substr(type_at, 1 + header.length)) == header.crc;
}

/// LevelDB takes a length that leads beyond the end for the mark of a crash, and drops what is left
/// without a word. A crash leaves no whole fragment behind that.
inline bool is_torn(std::string_view bytes) {
  if (bytes.size() < header_bytes || read_header(bytes).size() <= bytes.size())
    return false;
  for (bytes.remove_prefix(1); bytes.size() >= header_bytes; bytes.remove_prefix(1))
    if (read_header(bytes).length > 0 && is_intact(bytes))
      return false;
  return true;
}

inline bool is_blank(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

} // namespace evenkeel::persistence::log_format
