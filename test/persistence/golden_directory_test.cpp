// Whole data directories of released versions, made by real processes (golden/README.md). A copy of
// each loads for ever, with the same content.
#include "persistence/inspection.hpp"
#include "persistence/leveldb_store.hpp"
#include "persistence/recovery.hpp"
#include "test/persistence/damage.hpp"
#include "test/persistence/record_text.hpp"
#include "test/persistence/store_places.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace {

using namespace evenkeel;
using namespace evenkeel::persistence;
using namespace evenkeel::test;
namespace fs = std::filesystem;

const fs::path golden = EVENKEEL_GOLDEN;

struct loaded {
  std::string text; ///< one line a record, in the order of keys
  std::set<record::kind> kinds;
};

loaded load(const fs::path& directory, int version) {
  loaded all;
  const auto opened = open_leveldb_store(directory);
  INFO(opened.state.text);
  REQUIRE(opened.state.ok());
  open_report report;
  const auto add = [&](record::value&& content) {
    all.text += record_text(content, version).text() + '\n';
    all.kinds.insert(record::key_of(content).type);
  };
  REQUIRE(recover(*opened.opened, add, report).ok());
  CHECK(opened.report.warnings.empty());
  CHECK(report.warnings.empty());
  return all;
}

/// Loads a copy and compares. With EVENKEEL_GOLDEN_WRITE (golden/make) writes down what is there.
loaded load_golden(int version, const std::string& name) {
  const auto set = golden / ("v" + std::to_string(version));
  const scratch_directory scratch;
  const auto copy = scratch.path(name);
  fs::copy(set / name, copy);
  CHECK(inspect(copy).clean());
  auto all = load(copy, version);
  const auto expected = set / (name + ".txt");
  if (std::getenv("EVENKEEL_GOLDEN_WRITE") != nullptr)
    std::ofstream(expected, std::ios::binary) << all.text;
  CHECK(all.text == content_of(expected));
  return all;
}

} // namespace

TEST_CASE("data directories of version 1 load for ever") {
  auto kinds = load_golden(1, "node").kinds;
  kinds.merge(load_golden(1, "executor").kinds);
  kinds.merge(load_golden(1, "proxy").kinds);
  CHECK(kinds.size() == 9); // each kind of record there was
}

TEST_CASE("data directories of version 2, with keys and marks, load for ever") {
  const auto node = load_golden(2, "node");
  CHECK(node.text.find("\"nightly\"") != std::string::npos); // finished
  CHECK(node.text.find("\"waits\"") != std::string::npos);   // open
  auto kinds = node.kinds;
  kinds.merge(load_golden(2, "executor").kinds);
  kinds.merge(load_golden(2, "proxy").kinds);
  CHECK(kinds.size() == 9);
}

TEST_CASE("data directories of version 3, with owners, load for ever") {
  const auto node = load_golden(3, "node");
  CHECK(node.text.find("\"nightly\" \"ana\"") != std::string::npos); // finished
  CHECK(node.text.find("\"waits\" \"ana\"") != std::string::npos);   // open
  auto kinds = node.kinds;
  kinds.merge(load_golden(3, "executor").kinds);
  kinds.merge(load_golden(3, "proxy").kinds);
  CHECK(kinds.size() == 9);
}
