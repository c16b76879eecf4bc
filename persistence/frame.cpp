#include "persistence/frame.hpp"

#include "persistence/crc32c.hpp"

#include <bit>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace evenkeel::persistence {

namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr std::size_t shape_offset = 2;
constexpr std::size_t version_offset = 3;
constexpr std::size_t length_offset = 4;

std::uint32_t read_u32(std::string_view bytes, std::size_t offset) {
  std::uint32_t number = 0;
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

} // namespace

void begin_frame(std::string& out, format::shape what) {
  const auto* layout = format::find_layout(static_cast<std::uint8_t>(what));
  out.assign(format::magic);
  out.push_back(static_cast<char>(layout->id));
  out.push_back(static_cast<char>(layout->version));
  out.append(sizeof(std::uint32_t), '\0');
}

void end_frame(std::string& out) {
  const auto length = out.size() - format::header_bytes;
  if (length > std::numeric_limits<std::uint32_t>::max())
    throw std::length_error("a record of more than 4 GiB");
  const auto length32 = static_cast<std::uint32_t>(length);
  std::memcpy(out.data() + length_offset, &length32, sizeof length32);
  const auto crc = crc32c(out);
  out.append(reinterpret_cast<const char*>(&crc), sizeof crc);
}

std::optional<frame> read_frame(std::string_view bytes) {
  if (bytes.size() < format::header_bytes + format::crc_bytes || !bytes.starts_with(format::magic))
    return std::nullopt;
  const auto length = bytes.size() - format::header_bytes - format::crc_bytes;
  if (read_u32(bytes, length_offset) != length)
    return std::nullopt;
  const auto covered = bytes.substr(0, format::header_bytes + length);
  if (crc32c(covered) != read_u32(bytes, covered.size()))
    return std::nullopt;
  return frame{static_cast<std::uint8_t>(bytes[shape_offset]),
               static_cast<std::uint8_t>(bytes[version_offset]),
               bytes.substr(format::header_bytes, length)};
}

} // namespace evenkeel::persistence
