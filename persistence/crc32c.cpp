#include "persistence/crc32c.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace evenkeel::persistence {

namespace {

constexpr std::uint32_t reflected_polynomial = 0x82F63B78;
constexpr std::size_t slices = 8;
using table = std::array<std::uint32_t, 256>;

constexpr std::array<table, slices> make_tables() {
  std::array<table, slices> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    auto crc = byte;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? reflected_polynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t slice = 1; slice < slices; ++slice)
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const auto before = tables[slice - 1][byte];
      tables[slice][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  return tables;
}

constexpr auto tables = make_tables();

} // namespace

// Slicing by eight: eight table look-ups that do not wait for each other per eight bytes.
std::uint32_t crc32c(std::string_view bytes) {
  static_assert(std::endian::native == std::endian::little);
  const auto* at = bytes.data();
  auto left = bytes.size();
  std::uint32_t crc = 0xffffffff;
  for (; left >= slices; at += slices, left -= slices) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, slices);
    word ^= crc;
    crc = 0;
    for (std::size_t i = 0; i < slices; ++i)
      crc ^= tables[slices - 1 - i][(word >> (8 * i)) & 0xff];
  }
  for (; left > 0; ++at, --left)
    crc = (crc >> 8) ^ tables[0][(crc ^ static_cast<std::uint8_t>(*at)) & 0xff];
  return ~crc;
}

} // namespace evenkeel::persistence
