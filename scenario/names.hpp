// The processes that a script has started so far, in their order. Pure. Must not know: what became
// of them (dry_run).
#pragma once

#include "scenario/script.hpp"

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::scenario {

inline constexpr std::size_t max_processes = 250; ///< of a script; so many hosts have addresses

/// Whom a verb takes.
enum class audience {
  processes, ///< `nodes`: those that are processes
  homes,     ///< of jobs: nodes of both kinds
  spawned,
};

/// Everything throws std::invalid_argument with one sentence.
class known_names {
public:
  /// Of `start`: new names.
  std::vector<std::string> introduce(const std::deque<std::string>& words, bool hosts);
  /// Of `spawn`: new names, or some that this host has had before.
  std::vector<std::string> settle(const std::deque<std::string>& words, const std::string& host);
  /// `all` and `nodes` put in words. `usage` stands behind every complaint.
  [[nodiscard]] std::vector<std::string> select(const std::deque<std::string>& words, audience whom,
                                                std::string_view usage) const;
  void require(const std::string& name, std::string_view usage) const;
  /// Of a name that is known.
  [[nodiscard]] member_kind kind(const std::string& name) const { return all_.at(name).kind; }
  /// Of a spawned node.
  [[nodiscard]] const std::string& host_of(const std::string& name) const {
    return all_.at(name).host;
  }

private:
  struct member {
    member_kind kind = member_kind::node;
    std::string host; ///< of a spawned node
  };

  void check_new(const std::string& name) const;
  void add(const std::string& name, const member& what);
  void require_in(audience whom, const std::string& name) const;
  [[nodiscard]] bool has(const std::string& name) const { return all_.contains(name); }

  std::vector<std::string> order_; ///< of their first lines
  std::map<std::string, member> all_;
};

/// `all` or `nodes`.
bool is_group(const std::string& word);

[[noreturn]] void fail_with_usage(const std::string& text, std::string_view usage);

} // namespace evenkeel::scenario
