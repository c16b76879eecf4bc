// Records to bytes and back (grammar: format.hpp). A record survives its writer: whatever bytes
// come from a disk, reading them gives the value or one of three errors, and never crashes. Must
// not know: where the bytes are kept (store.hpp), or which programs call it.
#pragma once

#include "messages/records.hpp"
#include "persistence/write_batch.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace evenkeel::persistence {

enum class decode_error : std::uint8_t {
  damaged = 1,       ///< not the bytes that were written
  newer_version = 2, ///< intact, of a version that this program does not know
  unknown_kind = 3   ///< intact, of a shape that this program does not know: a newer one wrote it
};

/// `text` names the shape and the versions: for the operator.
struct decode_failure {
  decode_error code = decode_error::damaged;
  std::string text;
};

using decoded = std::variant<record::value, decode_failure>;

/// The changes in their order. About 0.4 us per change. A value under a key that is not its own
/// (record::key_of), or beyond 4 GiB, is a defect of the caller: throws std::logic_error.
write_batch encode(std::span<const record::change> changes);

/// The frame of one value.
std::string encode_value(const record::value& content);

/// Reads many frames with one archive.
class decoder {
public:
  decoder();
  ~decoder();
  decoded operator()(std::string_view bytes);

private:
  struct archive;
  std::unique_ptr<archive> archive_;
};

/// Reads one frame.
decoded decode(std::string_view bytes);

} // namespace evenkeel::persistence
