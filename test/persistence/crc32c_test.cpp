#include "persistence/crc32c.hpp"

#include <boost/crc.hpp>
#include <doctest/doctest.h>

#include <random>
#include <string>

using evenkeel::persistence::crc32c;

TEST_CASE("the checksum is CRC-32C as everybody else computes it") {
  CHECK(crc32c("") == 0);
  CHECK(crc32c("123456789") == 0xE3069283);
}

TEST_CASE("the checksum agrees with Boost for every length and alignment") {
  std::mt19937 random(1);
  std::string bytes(300, '\0');
  for (auto& byte : bytes)
    byte = static_cast<char>(random());
  for (std::size_t start = 0; start < 9; ++start)
    for (std::size_t length = 0; start + length <= bytes.size(); ++length) {
      boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> boost_crc;
      boost_crc.process_bytes(bytes.data() + start, length);
      REQUIRE(crc32c(std::string_view(bytes).substr(start, length)) == boost_crc.checksum());
    }
}
