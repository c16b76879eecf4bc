// Keys: record::key to bytes and back, and into words for the operator. The grammar is in
// format.hpp.
#pragma once

#include "messages/records.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::persistence {

/// Fields that do not belong to the key's kind are ignored.
std::string encode_key(const record::key& key);

/// Nothing unless `bytes` is exactly what `encode_key` makes of some key.
std::optional<record::key> decode_key(std::string_view bytes);

/// "ledger_job 17", "member 00..07"; for bytes that are no key, what they are in hex.
std::string describe_key(std::string_view bytes);

/// Eight bytes, big-endian: their order as bytes is the order of the numbers.
void append_big_endian(std::string& out, std::uint64_t number);
/// The first eight bytes of `bytes`, which must be there.
std::uint64_t read_big_endian(std::string_view bytes);

} // namespace evenkeel::persistence
