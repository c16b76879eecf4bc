#include "actors/core/commit_gate.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace evenkeel;
using namespace evenkeel::core;
using lines = std::vector<std::string>;

namespace {

effects<std::string> step(lines outputs, bool changes_disk) {
  effects<std::string> fx;
  if (changes_disk)
    fx.put(record::issued{7}, durability::synced);
  fx.outputs = std::move(outputs);
  return fx;
}

std::uint64_t accept(commit_gate<std::string>& gate, lines outputs, bool changes_disk) {
  auto fx = step(std::move(outputs), changes_disk);
  return gate.accept(fx);
}

} // namespace

TEST_CASE("outputs of a step that changes nothing leave at once") {
  commit_gate<std::string> gate;
  CHECK(accept(gate, {"a", "b"}, false) == 0);
  CHECK_FALSE(gate.pending());
  CHECK(gate.take() == lines{"a", "b"});
  CHECK(gate.take().empty());
}

TEST_CASE("outputs wait for the commit of their own step") {
  commit_gate<std::string> gate;
  CHECK(accept(gate, {"a"}, true) == 1);
  CHECK(gate.pending());
  CHECK(gate.take().empty());
  gate.committed(1);
  CHECK_FALSE(gate.pending());
  CHECK(gate.take() == lines{"a"});
}

TEST_CASE("a step that changes nothing waits for the commits of the steps before it") {
  commit_gate<std::string> gate;
  accept(gate, {"a"}, true);
  CHECK(accept(gate, {"b"}, false) == 0);
  CHECK(gate.take().empty());
  gate.committed(1);
  CHECK(gate.take() == lines{"a", "b"});
}

TEST_CASE("a step does not wait for the commits of the steps after it") {
  commit_gate<std::string> gate;
  CHECK(accept(gate, {"a"}, true) == 1);
  accept(gate, {"b"}, false);
  CHECK(accept(gate, {"c"}, true) == 2);
  gate.committed(1);
  CHECK(gate.take() == lines{"a", "b"});
  CHECK(gate.pending());
  gate.committed(2);
  CHECK(gate.take() == lines{"c"});
}

TEST_CASE("one acknowledgement of a group commit frees every step that it covers, in order") {
  commit_gate<std::string> gate;
  accept(gate, {"a"}, true);
  accept(gate, {"b"}, true);
  accept(gate, {"c"}, true);
  gate.committed(3);
  CHECK(gate.take() == lines{"a", "b", "c"});
  gate.committed(2); // late and covered: no news
  CHECK_FALSE(gate.pending());
  CHECK(gate.take().empty());
}

TEST_CASE("a step that changes the disk and says nothing still holds later outputs back") {
  commit_gate<std::string> gate;
  CHECK(accept(gate, {}, true) == 1);
  accept(gate, {"a"}, false);
  CHECK(gate.take().empty());
  gate.committed(1);
  CHECK(gate.take() == lines{"a"});
  CHECK(gate.last_number() == 1);
}

TEST_CASE("what is said at once waits for no commit, its own or another") {
  commit_gate<std::string> gate;
  accept(gate, {"a"}, true);
  auto fx = step({"b"}, true);
  fx.emit_at_once(std::string{"now"});
  CHECK(gate.accept(fx) == 2);
  CHECK(gate.take() == lines{"now"});
  gate.committed(2);
  CHECK(gate.take() == lines{"a", "b"});
}
