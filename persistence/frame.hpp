// The envelope of everything on disk that has a format: magic, shape, version, length, payload,
// CRC. Must not know: what a payload means (codec.hpp).
#pragma once

#include "persistence/format.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::persistence {

/// An intact frame; `payload` points into the bytes that it was read from.
struct frame {
  std::uint8_t shape = 0;   ///< may be unknown: a format::shape of a newer program
  std::uint8_t version = 0; ///< may be newer than we know
  std::string_view payload;
};

/// Writing is in two steps, so that the payload is built in place: replaces `out` by a header ...
void begin_frame(std::string& out, format::shape what);
/// ... and, once the payload was appended, fills in its length and appends the CRC.
/// Throws std::length_error for a payload that u32 cannot count.
void end_frame(std::string& out);

/// Nothing when the bytes are damaged in any way.
std::optional<frame> read_frame(std::string_view bytes);

} // namespace evenkeel::persistence
