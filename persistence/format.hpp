// The bytes on disk: their grammar, and every constant that is written into a file.
//
//   entry    = record | format | number | quarantined | quarantined_at
//   record   = record_key -> frame
//   format   = "F" -> frame of u32 data_format_version; the first thing ever written
//   number   = "N" big-endian-u64 n -> big-endian-u64 oldest: the n-th synced batch, in which the
//              numbers from `oldest` on were still kept (batch_numbers.hpp)
//   quarantined = "Q" big-endian-u64 count record_key -> the damaged bytes as they were found
//   quarantined_at = "W" big-endian-u64 count -> big-endian-u64 unix time in ms: when that was
//
//   file SYNCED = frame of u64 n: synced batches up to the n-th were acknowledged (synced_mark.hpp)
//
//   record_key = kind_prefix fields, each a big-endian u64, so that LevelDB's order is by ledger,
//                then sequence, then fence:
//     identity "i" | issued "s" | proxy_identity "e"       none
//     ledger_job "l" | spawned_node "h"                    sequence
//     member "m"                                           ledger.high ledger.low
//     cluster_job "c" | placement "p"                      ledger.high ledger.low sequence
//     held_attempt "a" | waiting_result "w"                ... sequence fence.epoch fence.number
//
//   frame    = "EK" shape:u8 version:u8 length:u32 payload[length] crc32c:u32, little-endian; the
//   CRC
//              covers all before it
//   payload  = the fields in the order of payload.cpp: integers little-endian, flags and enums u8,
//              text as length:u32 bytes; an optional part is preceded by a flag
//
// DO NOT CHANGE anything here: directories in the field hold these bytes. Add; never renumber,
// never reuse. A new field: a higher version of its shape here, and a branch on it in payload.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace evenkeel::persistence::format {

/// The meaning of the directory as a whole; raised only when older programs must not open it.
inline constexpr std::uint32_t data_format_version = 1;

inline constexpr std::string_view magic = "EK";
inline constexpr std::size_t header_bytes = 8;
inline constexpr std::size_t crc_bytes = 4;

/// What a payload is. Not record::kind: one kind of key may hold several shapes.
enum class shape : std::uint8_t {
  identity = 1,
  open_job = 2,
  finished_job = 3,
  held_attempt = 4,
  proxy_identity = 5,
  member = 6,
  cluster_job = 7,
  placement = 8,
  waiting_result = 9,
  issued = 10,
  spawned_node = 11,
  data_format = 240, ///< the payload of the format entry
  synced_mark = 241  ///< the payload of the file SYNCED
};

/// The newest version that this program knows, and writes, of each shape; from 1.
struct layout {
  shape id;
  std::uint8_t version;
  std::string_view name; ///< for messages, not on disk
};

inline constexpr std::array layouts = {
    layout{shape::identity, 1, "identity"},
    layout{shape::open_job, 3, "open_job"},
    layout{shape::finished_job, 3, "finished_job"},
    layout{shape::held_attempt, 1, "held_attempt"},
    layout{shape::proxy_identity, 2, "proxy_identity"},
    layout{shape::member, 1, "member"},
    layout{shape::cluster_job, 1, "cluster_job"},
    layout{shape::placement, 1, "placement"},
    layout{shape::waiting_result, 1, "waiting_result"},
    layout{shape::issued, 1, "issued"},
    layout{shape::spawned_node, 1, "spawned_node"},
    layout{shape::data_format, 1, "data_format"},
    layout{shape::synced_mark, 1, "synced_mark"},
};

/// Null for a shape that this program does not know.
constexpr const layout* find_layout(std::uint8_t shape_byte) {
  for (const auto& one : layouts)
    if (static_cast<std::uint8_t>(one.id) == shape_byte)
      return &one;
  return nullptr;
}

/// Key prefixes of records are lower-case letters.
namespace prefix {
inline constexpr char identity = 'i';
inline constexpr char issued = 's';
inline constexpr char ledger_job = 'l';
inline constexpr char held_attempt = 'a';
inline constexpr char proxy_identity = 'e';
inline constexpr char member = 'm';
inline constexpr char cluster_job = 'c';
inline constexpr char placement = 'p';
inline constexpr char waiting_result = 'w';
inline constexpr char spawned_node = 'h';
} // namespace prefix

/// Keys of the store itself begin with upper-case letters.
inline constexpr std::string_view data_format_key = "F";
inline constexpr std::string_view number_prefix = "N";
inline constexpr std::string_view quarantine_prefix = "Q";
inline constexpr std::string_view quarantined_at_prefix = "W";

/// True for whatever is not an entry of the store itself.
constexpr bool is_record_key(std::string_view key) {
  return key.empty() || key.front() < 'A' || key.front() > 'Z';
}

} // namespace evenkeel::persistence::format
