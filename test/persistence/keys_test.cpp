#include "persistence/keys.hpp"

#include "test/persistence/sample_records.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace evenkeel;
using namespace evenkeel::persistence;

TEST_CASE("every kind of key comes back") {
  for (const auto& content : test::sample_records()) {
    const auto key = record::key_of(content);
    CHECK(decode_key(encode_key(key)) == key);
  }
}

TEST_CASE("keys of one kind sort by ledger, then sequence, then fence") {
  std::mt19937_64 random(7);
  const auto number = [&random]() -> std::uint64_t { return random() >> (random() % 64); };
  std::vector<record::key> keys(500);
  for (auto& key : keys)
    key = {record::kind::held_attempt,
           {{number() % 3, number() % 3}, number() % 500},
           {number() % 3, number()}};
  auto by_bytes = keys;
  std::sort(keys.begin(), keys.end());
  std::sort(by_bytes.begin(), by_bytes.end(),
            [](const auto& a, const auto& b) { return encode_key(a) < encode_key(b); });
  CHECK(keys == by_bytes);
}

TEST_CASE("bytes that are no key are not taken for one") {
  const auto key = encode_key(record::ledger_job_key(5));
  CHECK_FALSE(decode_key(""));
  CHECK_FALSE(decode_key("F"));
  CHECK_FALSE(decode_key("z"));
  CHECK_FALSE(decode_key(key.substr(0, key.size() - 1)));
  CHECK_FALSE(decode_key(key + "x"));
}

TEST_CASE("keys read well in messages") {
  CHECK(describe_key(encode_key(record::ledger_job_key(5))) == "ledger_job 5");
  CHECK(describe_key(encode_key({record::kind::identity, {}, {}})) == "identity");
  CHECK(describe_key(encode_key({record::kind::waiting_result, {{1, 2}, 3}, {4, 5}}))
        == "waiting_result 00000000000000010000000000000002 3 fence 4.5");
  CHECK(describe_key("z\x01\xff") == "the unknown key 7a01ff");
}
