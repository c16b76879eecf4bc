// The bytes of each released format, as hex. They load for ever: entries are added, never changed.
#include "persistence/codec.hpp"
#include "persistence/format.hpp"
#include "persistence/keys.hpp"
#include "test/persistence/sample_records.hpp"
#include "test/persistence/store_places.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace evenkeel;
using namespace evenkeel::persistence;

struct golden {
  const char* name;
  std::string_view key;
  std::string_view value;
};

/// Version 1 of each record, in the order of test::sample_records().
constexpr golden version_1[] = {
    {"identity", "69",
     "454b0101260000000807060504030201100f0e0d0c0b0a09020000006b330500000000000000060000000000"
     "00006ef32c73"},
    {"open_job", "6c0000000000000011",
     "454b0201740000001100000000000000f892d609a20100000200000001000000030000000000000004000000"
     "00000000050000000000000006000000000000001817161514131211201f1e1d1c1b1a190700000000000000"
     "0800000000000000030101dc05000009000000726573697a6520c3a9040000006100620ae9a6013f"},
    {"finished_job", "6c0000000000000012",
     "454b03016d0000001200000000000000f992d609a20100000401630000000400000074727565040101f9ffff"
     "ff090000000300000029000000000000002a000000000000007393d609a20100005099d609a2010000030000"
     "006f616b060000006d656d6f7279040000006f7574000300000065727269010baa"},
    {"held_attempt",
     "610102030405060708090a0b0c0d0e0f10000000000000001300000000000000150000000000000016",
     "454b0401bb0000000807060504030201100f0e0d0c0b0a091300000000000000150000000000000016000000"
     "000000000400000001010101170000000000000018000000000000001900000000000000020000006b330103"
     "0101dc05000009000000726573697a6520c3a9040000006100620a01040101f9ffffff090000000300000029"
     "000000000000002a000000000000007393d609a20100005099d609a2010000030000006f616b060000006d65"
     "6d6f7279040000006f75740003000000657272cac52c7e"},
    {"proxy_identity", "65", "454b0501080000001a00000000000000a96db4c8"},
    {"member", "6d1112131415161718191a1b1c1d1e1f20",
     "454b0601440000001817161514131211201f1e1d1c1b1a19020000006d340500000062697263681b00000000"
     "0000001c00000000000000080000000d00000031302e302e302e373a3437313164950604"},
    {"cluster_job", "630102030405060708090a0b0c0d0e0f10000000000000001d",
     "454b0701740000000807060504030201100f0e0d0c0b0a091d00000000000000fa92d609a201000005000000"
     "060000001e000000000000001f000000000000001817161514131211201f1e1d1c1b1a192000000000000000"
     "2100000000000000030101dc05000009000000726573697a6520c3a9040000006100620a5f76e368"},
    {"placement", "700102030405060708090a0b0c0d0e0f100000000000000022",
     "454b08013c0000000807060504030201100f0e0d0c0b0a092200000000000000230000000000000024000000"
     "00000000070000001817161514131211201f1e1d1c1b1a1970a0a244"},
    {"waiting_result",
     "770102030405060708090a0b0c0d0e0f1000000000000000250000000000000029000000000000002a",
     "454b0901770000000807060504030201100f0e0d0c0b0a0925000000000000001817161514131211201f1e1d"
     "1c1b1a19040101f9ffffff090000000300000029000000000000002a000000000000007393d609a201000050"
     "99d609a2010000030000006f616b060000006d656d6f7279040000006f7574000300000065727205072766"},
    {"issued", "73", "454b0a01080000002600000000000000c21cfe20"},
    {"spawned_node", "680000000000000027",
     "454b0b0130000000270000000000000003000000656c6d0800000031302e302e302e39921028000000080000"
     "0031302e302e302e39282301a358d2c2"},
};

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

/// Where two records of the same length differ first, counted from the start of the payload.
std::size_t first_difference(const record::value& a, const record::value& b) {
  const auto left = encode_value(a);
  const auto right = encode_value(b);
  std::size_t at = format::header_bytes;
  while (left.at(at) == right.at(at))
    ++at;
  return at - format::header_bytes;
}

} // namespace

TEST_CASE("records of version 1 load for ever") {
  const auto samples = test::sample_records();
  REQUIRE(std::size(version_1) == samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    CAPTURE(version_1[i].name);
    CHECK(decode_key(from_hex(version_1[i].key)) == record::key_of(samples[i]));
    const auto result = decode(from_hex(version_1[i].value));
    REQUIRE(std::holds_alternative<record::value>(result));
    auto expected = samples[i];
    if (auto* identity = std::get_if<record::proxy_identity>(&expected))
      identity->settled = false; // added in version 2
    if (auto* open = std::get_if<record::open_job>(&expected)) {
      open->key.clear();   // added in version 2
      open->owner.clear(); // added in version 3
    }
    if (auto* finished = std::get_if<record::finished_job>(&expected)) {
      finished->key.clear();   // added in version 2
      finished->owner.clear(); // added in version 3
    }
    CHECK(std::get<record::value>(result) == expected);
  }
}

TEST_CASE("a proxy's identity is written as version 2") {
  CHECK(encode_value(record::proxy_identity{26, true})
        == from_hex("454b0502090000001a0000000000000001facdfcb6"));
}

TEST_CASE("jobs of version 2, with their keys, load for ever") {
  const auto samples = test::sample_records();
  auto open = std::get<record::open_job>(samples[1]);
  open.owner.clear(); // added in version 3
  auto finished = std::get<record::finished_job>(samples[2]);
  finished.owner.clear(); // added in version 3
  CHECK(std::get<record::value>(decode(
            from_hex("454b02027f0000001100000000000000f892d609a2010000020000000100000003000000"
                     "000000000400000000000000050000000000000006000000000000001817161514131211"
                     "201f1e1d1c1b1a1907000000000000000800000000000000030101dc0500000900000072"
                     "6573697a6520c3a9040000006100620a070000006e696768746c795d1c71c6")))
        == record::value{open});
  CHECK(std::get<record::value>(decode(
            from_hex("454b0302770000001200000000000000f992d609a2010000040163000000040000007472"
                     "7565040101f9ffffff090000000300000029000000000000002a000000000000007393d6"
                     "09a20100005099d609a2010000030000006f616b060000006d656d6f7279040000006f75"
                     "740003000000657272060000007765656b6c79c636de2c")))
        == record::value{finished});
}

TEST_CASE("jobs are written as version 3, with their owners") {
  const auto samples = test::sample_records();
  CHECK(encode_value(samples[1])
        == from_hex("454b0203860000001100000000000000f892d609a2010000020000000100000003000000"
                    "000000000400000000000000050000000000000006000000000000001817161514131211"
                    "201f1e1d1c1b1a1907000000000000000800000000000000030101dc0500000900000072"
                    "6573697a6520c3a9040000006100620a070000006e696768746c7903000000616e611d69"
                    "ef61"));
  CHECK(encode_value(samples[2])
        == from_hex("454b03037e0000001200000000000000f992d609a2010000040163000000040000007472"
                    "7565040101f9ffffff090000000300000029000000000000002a000000000000007393d6"
                    "09a20100005099d609a2010000030000006f616b060000006d656d6f7279040000006f75"
                    "740003000000657272060000007765656b6c7903000000626f6253f48693"));
}

// When a shape gets version 2, it is left out here, and the tests above keep its bytes.
TEST_CASE("all other records are still written as version 1") {
  const auto samples = test::sample_records();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    CAPTURE(version_1[i].name);
    CHECK(encode_key(record::key_of(samples[i])) == from_hex(version_1[i].key));
    if (encode_value(samples[i]).at(format::magic.size() + 1) == 1)
      CHECK(encode_value(samples[i]) == from_hex(version_1[i].value));
  }
}

TEST_CASE("flags, which are all set in the samples, each keep their own byte") {
  const record::held_attempt none;
  const auto place_of = [&none](bool record::held_attempt::*flag) {
    auto one = none;
    one.*flag = true;
    return first_difference(none, one);
  };
  CHECK(place_of(&record::held_attempt::started) == 44);
  CHECK(place_of(&record::held_attempt::finished) == 45);
  CHECK(place_of(&record::held_attempt::asked) == 46);
  CHECK(place_of(&record::held_attempt::alone) == 47);

  record::open_job once;
  once.spec.once = true;
  record::open_job with_stdin;
  with_stdin.spec.has_stdin = true;
  CHECK(first_difference(record::open_job{}, once) == 89);
  CHECK(first_difference(record::open_job{}, with_stdin) == 90);

  record::waiting_result out;
  out.result.out_truncated = true;
  record::waiting_result err;
  err.result.err_truncated = true;
  CHECK(first_difference(record::waiting_result{}, out) == 41);
  CHECK(first_difference(record::waiting_result{}, err) == 42);
}

TEST_CASE("the entries of an empty store are as in version 1") {
  test::memory_place place;
  test::opened(place).reset();
  const memory_disk::entries expected = {
      {"F", from_hex("454bf001040000000100000034f5db04")},
      {from_hex("4e0000000000000001"), from_hex("0000000000000001")}};
  CHECK(place.disk().contents() == expected);
}
