#include "persistence/recovery.hpp"

#include "persistence/codec.hpp"
#include "persistence/crc32c.hpp"
#include "persistence/keys.hpp"
#include "test/persistence/sample_records.hpp"
#include "test/persistence/store_places.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#define EVERY_PLACE evenkeel::test::leveldb_place, evenkeel::test::memory_place

namespace {

using namespace evenkeel;
using namespace evenkeel::persistence;
using evenkeel::test::opened;

std::vector<record::change> sample_changes() {
  std::vector<record::change> changes;
  for (const auto& content : test::sample_records())
    changes.push_back(record::put(content));
  return changes;
}

struct recovered {
  status state;
  std::vector<record::value> records;
  open_report report;
};

template <class Place>
recovered recover_from(Place& place) {
  recovered all;
  const auto store = opened(place);
  all.state = recover(
      *store, [&](record::value&& x) { all.records.push_back(std::move(x)); }, all.report);
  return all;
}

template <class Place>
void fill_with_samples(Place& place) {
  const auto changes = sample_changes();
  REQUIRE(opened(place)->commit(encode(changes), true).ok());
}

std::string key_of_sample(std::size_t index) {
  return encode_key(record::key_of(test::sample_records()[index]));
}

/// An intact frame with one byte of its header changed.
std::string with_header_byte(std::size_t offset, char byte) {
  auto bytes = encode_value(record::proxy_identity{1});
  bytes[offset] = byte;
  bytes.resize(bytes.size() - 4);
  const auto crc = crc32c(bytes);
  return bytes.append(reinterpret_cast<const char*>(&crc), sizeof crc);
}

} // namespace

TEST_CASE_TEMPLATE("all records are recovered in the order of their keys", Place, EVERY_PLACE) {
  Place place;
  fill_with_samples(place);
  const auto all = recover_from(place);
  REQUIRE(all.state.ok());
  auto expected = test::sample_records();
  std::sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) {
    return encode_key(record::key_of(a)) < encode_key(record::key_of(b));
  });
  CHECK(all.records == expected);
  CHECK(all.report.records == expected.size());
  CHECK(all.report.warnings.empty());
}

TEST_CASE_TEMPLATE("jobs of a ledger are recovered by sequence", Place, EVERY_PLACE) {
  Place place;
  std::vector<record::change> changes;
  for (const std::uint64_t sequence : {256, 1, 255, 65536, 2}) {
    record::open_job job;
    job.sequence = sequence;
    changes.push_back(record::put(job));
  }
  REQUIRE(opened(place)->commit(encode(changes), false).ok());
  std::vector<std::uint64_t> order;
  for (const auto& content : recover_from(place).records)
    order.push_back(std::get<record::open_job>(content).sequence);
  CHECK(order == std::vector<std::uint64_t>{1, 2, 255, 256, 65536});
}

TEST_CASE_TEMPLATE("a finished job replaces the open one", Place, EVERY_PLACE) {
  Place place;
  record::open_job open;
  open.sequence = 5;
  record::finished_job finished;
  finished.sequence = 5;
  const std::vector<record::change> changes = {record::put(open), record::put(finished)};
  REQUIRE(opened(place)->commit(encode(changes), true).ok());
  CHECK(recover_from(place).records == std::vector<record::value>{finished});
}

TEST_CASE_TEMPLATE("a damaged record is set aside and start-up goes on", Place, EVERY_PLACE) {
  Place place;
  fill_with_samples(place);
  auto damaged = encode_value(test::sample_records()[2]);
  damaged[20] = static_cast<char>(damaged[20] ^ 1);
  place.put_behind(key_of_sample(2), damaged);

  const auto first = recover_from(place);
  REQUIRE(first.state.ok());
  CHECK(first.records.size() == test::sample_records().size() - 1);
  CHECK(first.report.quarantined == 1);
  REQUIRE(first.report.warnings.size() == 1);
  CHECK(first.report.warnings[0].starts_with("ledger_job 18 is damaged"));

  const auto second = recover_from(place);
  CHECK(second.records == first.records);
  CHECK(second.report.warnings.empty());
  int kept = 0;
  const auto store = opened(place);
  REQUIRE(store
              ->scan("Q",
                     [&](auto key, auto value) {
                       ++kept;
                       CHECK(key.ends_with(key_of_sample(2)));
                       return value == damaged;
                     })
              .ok());
  CHECK(kept == 1);
}

TEST_CASE_TEMPLATE("quarantine never overwrites what is in it", Place, EVERY_PLACE) {
  Place place;
  opened(place).reset();
  for (const auto* garbage : {"first", "second"}) {
    place.put_behind(key_of_sample(2), garbage);
    CHECK(recover_from(place).report.quarantined == 1);
  }
  std::vector<std::string> kept;
  const auto store = opened(place);
  REQUIRE(store
              ->scan("Q",
                     [&](auto, auto value) {
                       kept.emplace_back(value);
                       return true;
                     })
              .ok());
  CHECK(kept == std::vector<std::string>{"first", "second"});
}

TEST_CASE_TEMPLATE("a record under a key that is not its own is set aside", Place, EVERY_PLACE) {
  Place place;
  opened(place).reset();
  place.put_behind(encode_key(record::ledger_job_key(99)), encode_value(test::sample_records()[1]));
  place.put_behind("zzz", encode_value(test::sample_records()[1]));
  const auto all = recover_from(place);
  CHECK(all.state.ok());
  CHECK(all.records.empty());
  CHECK(all.report.quarantined == 2);
}

TEST_CASE_TEMPLATE("many damaged records make a few warnings", Place, EVERY_PLACE) {
  Place place;
  opened(place).reset();
  {
    write_batch garbage;
    for (std::uint64_t i = 0; i < 100; ++i)
      garbage.put(encode_key(record::ledger_job_key(i)), "garbage");
    REQUIRE(opened(place)->commit(std::move(garbage), true).ok());
  }
  const auto all = recover_from(place);
  CHECK(all.report.quarantined == 100);
  CHECK(all.report.warnings.size() == 21);
}

TEST_CASE_TEMPLATE("a ledger without its identity or its numbers does not start", Place,
                   EVERY_PLACE) {
  for (const std::size_t index : {0U, 9U}) {
    Place place;
    fill_with_samples(place);
    place.put_behind(key_of_sample(index), "garbage");
    place.put_behind(key_of_sample(2), "garbage");
    for (int start = 0; start < 2; ++start) {
      const auto all = recover_from(place);
      CHECK(all.state.code == store_error::damaged);
      CHECK(all.report.quarantined == 0);
    }
  }
}

TEST_CASE_TEMPLATE("records of a newer program are refused by name and nothing is moved", Place,
                   EVERY_PLACE) {
  for (const auto& newer : {with_header_byte(2, 77), with_header_byte(3, 3)}) {
    Place place;
    fill_with_samples(place);
    place.put_behind(key_of_sample(4), newer);
    place.put_behind(key_of_sample(2), "garbage");
    for (int start = 0; start < 2; ++start) {
      const auto all = recover_from(place);
      CHECK(all.state.code == store_error::newer_format);
      CHECK(all.state.text.find("proxy_identity") != std::string::npos);
      CHECK(all.report.quarantined == 0);
    }
  }
}

TEST_CASE_TEMPLATE("a failed write into the quarantine stops start-up", Place, EVERY_PLACE) {
  Place place;
  fill_with_samples(place);
  place.put_behind(key_of_sample(2), "garbage");
  const auto store = opened(place);
  CHECK_FALSE(place.commit_failing(*store, {}).ok());
  open_report report;
  CHECK(recover(
            *store, [](record::value&&) {}, report)
            .code
        == store_error::stopped);
}
