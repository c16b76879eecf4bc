#include "persistence/codec.hpp"

#include "persistence/crc32c.hpp"
#include "persistence/format.hpp"
#include "persistence/frame.hpp"
#include "persistence/keys.hpp"
#include "test/persistence/sample_records.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <stdexcept>

namespace {

using namespace evenkeel;
using namespace evenkeel::persistence;
namespace format = evenkeel::persistence::format;

/// The error that `bytes` give, or nothing when they are accepted.
std::optional<decode_error> error_of(std::string_view bytes) {
  const auto result = decode(bytes);
  if (const auto* failure = std::get_if<decode_failure>(&result))
    return failure->code;
  return std::nullopt;
}

std::string text_of(std::string_view bytes) {
  return std::get<decode_failure>(decode(bytes)).text;
}

/// What a writer other than ours would have made: any header and payload, with a CRC that fits.
std::string sealed(std::string frame) {
  frame.resize(frame.size() - format::crc_bytes);
  const auto crc = crc32c(frame);
  frame.append(reinterpret_cast<const char*>(&crc), sizeof crc);
  return frame;
}

constexpr std::size_t shape_offset = 2;
constexpr std::size_t version_offset = 3;

} // namespace

TEST_CASE("every kind of record comes back with all its fields") {
  for (const auto& content : test::sample_records()) {
    CAPTURE(content.index());
    const auto result = decode(encode_value(content));
    REQUIRE(std::holds_alternative<record::value>(result));
    CHECK(std::get<record::value>(result) == content);
  }
}

TEST_CASE("there is a sample of every kind of record") {
  const auto samples = test::sample_records();
  REQUIRE(samples.size() == std::variant_size_v<record::value>);
  for (std::size_t i = 0; i < samples.size(); ++i)
    CHECK(samples[i].index() == i);
}

TEST_CASE("a record of defaults comes back") {
  const record::value content = record::held_attempt{};
  CHECK(std::get<record::value>(decode(encode_value(content))) == content);
}

TEST_CASE("a text of megabytes comes back") {
  record::waiting_result content;
  for (std::size_t i = 0; i < 5'000'000; ++i)
    content.result.out.push_back(static_cast<char>(i * 7));
  CHECK(std::get<record::value>(decode(encode_value(content))) == record::value(content));
}

TEST_CASE("a record that is cut short or grown is damaged") {
  for (const auto& content : test::sample_records()) {
    auto bytes = encode_value(content);
    for (std::size_t length = 0; length < bytes.size(); ++length)
      REQUIRE(error_of(std::string_view(bytes).substr(0, length)) == decode_error::damaged);
    CHECK(error_of(bytes + '\0') == decode_error::damaged);
  }
}

TEST_CASE("a record with any single bit flipped is damaged") {
  for (const auto& content : test::sample_records()) {
    auto bytes = encode_value(content);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      const auto flip = static_cast<char>(1U << (bit % 8));
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
      REQUIRE(error_of(bytes) == decode_error::damaged);
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
    }
    CHECK(error_of(bytes) == std::nullopt);
  }
}

TEST_CASE("nonsense under a fitting CRC is a value or damaged, never a crash") {
  std::mt19937 random(20'260);
  const auto samples = test::sample_records();
  decoder read;
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = encode_value(samples[random() % samples.size()]);
    for (auto changes = 1 + random() % 4; changes > 0; --changes) {
      const auto payload = bytes.size() - format::header_bytes - format::crc_bytes;
      bytes[format::header_bytes + random() % payload] = static_cast<char>(random());
    }
    const auto result = read(sealed(std::move(bytes)));
    if (const auto* failure = std::get_if<decode_failure>(&result))
      REQUIRE(failure->code == decode_error::damaged);
  }
}

TEST_CASE("a text that claims four gigabytes is damaged") {
  auto bytes = encode_value(record::identity{{1, 2}, "k3", 3, 4});
  constexpr std::size_t length_of_code = format::header_bytes + 16;
  std::memset(bytes.data() + length_of_code, 0xff, 4);
  CHECK(error_of(sealed(bytes)) == decode_error::damaged);
}

TEST_CASE("a payload that goes on behind its last field is damaged") {
  std::string bytes;
  begin_frame(bytes, format::shape::issued);
  bytes.append(9, '\0'); // a sequence takes eight
  end_frame(bytes);
  CHECK(error_of(bytes) == decode_error::damaged);
}

TEST_CASE("a decoder that met damage reads the next record") {
  decoder read;
  auto bytes = encode_value(record::identity{{1, 2}, "k3", 3, 4});
  bytes[format::header_bytes + 16] = 100;
  CHECK(std::holds_alternative<decode_failure>(read(sealed(bytes))));
  const record::value next = record::issued{38};
  CHECK(std::get<record::value>(read(encode_value(next))) == next);
}

TEST_CASE("a record of a newer version is refused by name") {
  auto bytes = encode_value(record::issued{38});
  bytes[version_offset] = 2;
  bytes = sealed(bytes);
  CHECK(error_of(bytes) == decode_error::newer_version);
  CHECK(text_of(bytes)
        == "a record issued of format version 2; this evenkeel knows versions up to 1");
}

TEST_CASE("a record of version 0 is damaged") {
  auto bytes = encode_value(record::issued{38});
  bytes[version_offset] = 0;
  CHECK(error_of(sealed(bytes)) == decode_error::damaged);
}

TEST_CASE("a record of an unknown kind is refused by its number") {
  auto bytes = encode_value(record::issued{38});
  bytes[shape_offset] = 77;
  bytes = sealed(bytes);
  CHECK(error_of(bytes) == decode_error::unknown_kind);
  CHECK(text_of(bytes) == "a record of kind 77, which only a newer evenkeel knows");
}

TEST_CASE("the format entry is no record") {
  auto bytes = encode_value(record::issued{38});
  bytes[shape_offset] = static_cast<char>(format::shape::data_format);
  CHECK(error_of(sealed(bytes)) == decode_error::damaged);
}

TEST_CASE("changes become operations in the same order") {
  const record::value job = test::sample_records()[1];
  const std::vector<record::change> changes = {record::erase(record::ledger_job_key(4)),
                                               record::put(job), record::put(record::issued{9})};
  std::vector<std::string> seen;
  encode(changes).for_each(
      [&](auto key, auto value) {
        seen.push_back("put " + describe_key(key));
        CHECK(std::holds_alternative<record::value>(decode(value)));
      },
      [&](auto key) { seen.push_back("erase " + describe_key(key)); });
  CHECK(seen == std::vector<std::string>{"erase ledger_job 4", "put ledger_job 17", "put issued"});
}

TEST_CASE("a record under a foreign key is a defect that shows before it is written") {
  auto change = record::put(test::sample_records()[1]);
  change.where.job.sequence += 1;
  CHECK_THROWS_AS((void)encode({&change, 1}), std::logic_error);
}
