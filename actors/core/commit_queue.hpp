// Which commits may be written now. Those that need no fsync pass those that do, but not within a
// line: what one core has written stays in its order, and is acknowledged in it. Commits that are
// synced are written together with nothing else under way, so that each group has one number (R13).
// Pure. `Commit` has `line()`, whose order is total, and `sync`.
#pragma once

#include <set>
#include <utility>
#include <vector>

namespace evenkeel::core {

template <class Commit>
class commit_queue {
public:
  void add(Commit one) {
    if (!one.sync && !lines_.contains(one.line())) {
      free_.push_back(std::move(one));
      return;
    }
    lines_.insert(one.line());
    held_.push_back(std::move(one));
  }

  /// To be written without sync, at any time.
  std::vector<Commit> take_free() { return std::exchange(free_, {}); }

  [[nodiscard]] bool has_free() const { return !free_.empty(); }
  /// Commits that wait for their group: `begin_group` is to be called once none is under way.
  [[nodiscard]] bool has_held() const { return !held_.empty(); }
  [[nodiscard]] bool group_is_under_way() const { return under_way_; }

  /// All that is held, to be written and synced together.
  std::vector<Commit> begin_group() {
    under_way_ = true;
    return std::exchange(held_, {});
  }

  /// The group is as durable as asked. What waited behind it may turn out to be free.
  void end_group() {
    under_way_ = false;
    lines_.clear();
    for (auto& one : std::exchange(held_, {}))
      add(std::move(one));
  }

private:
  std::vector<Commit> free_;
  std::vector<Commit> held_;
  std::set<decltype(std::declval<const Commit&>().line())> lines_; ///< of what is held or under way
  bool under_way_ = false;
};

} // namespace evenkeel::core
