#include "actors/core/commit_queue.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace evenkeel::test {

namespace {

struct small_commit {
  std::string text; ///< the first letter is its line
  bool sync = false;
  [[nodiscard]] char line() const { return text.front(); }
};

using strings = std::vector<std::string>;

strings texts(const std::vector<small_commit>& all) {
  strings result;
  for (const auto& one : all)
    result.push_back(one.text);
  return result;
}

} // namespace

TEST_CASE("commits without sync are free, those with one are held") {
  core::commit_queue<small_commit> queue;
  queue.add({"a1", false});
  queue.add({"b1", true});
  queue.add({"a2", false});
  CHECK(texts(queue.take_free()) == strings{"a1", "a2"});
  CHECK_FALSE(queue.has_free());
  CHECK(queue.has_held());
  CHECK(texts(queue.begin_group()) == strings{"b1"});
  CHECK_FALSE(queue.has_held());
}

TEST_CASE("behind a held commit of its line everything is held") {
  core::commit_queue<small_commit> queue;
  queue.add({"a1", true});
  queue.add({"a2", false});
  queue.add({"b1", false});
  CHECK(texts(queue.take_free()) == strings{"b1"});
  CHECK(texts(queue.begin_group()) == strings{"a1", "a2"});
}

TEST_CASE("while a group is under way its lines are held, and free afterwards") {
  core::commit_queue<small_commit> queue;
  queue.add({"a1", true});
  (void)queue.begin_group();
  CHECK(queue.group_is_under_way());
  queue.add({"a2", false});
  queue.add({"b1", true});
  queue.add({"b2", false});
  queue.add({"c1", false});
  CHECK(texts(queue.take_free()) == strings{"c1"});
  queue.end_group();
  CHECK_FALSE(queue.group_is_under_way());
  CHECK(texts(queue.take_free()) == strings{"a2"});
  CHECK(texts(queue.begin_group()) == strings{"b1", "b2"});
}

} // namespace evenkeel::test
