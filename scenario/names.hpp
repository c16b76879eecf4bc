// The processes that a script has started so far, in their order. Pure. Must not know: what became
// of them (dry_run).
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::scenario {

inline constexpr std::size_t max_processes = 250; ///< of a script; so many hosts have addresses

/// Everything throws std::invalid_argument with one sentence.
class known_names {
public:
  /// Of `start`: new names.
  std::vector<std::string> introduce(const std::deque<std::string>& words);
  /// `all` and `nodes` put in words. `usage` stands behind every complaint.
  [[nodiscard]] std::vector<std::string> select(const std::deque<std::string>& words,
                                                std::string_view usage) const;
  void require(const std::string& name, std::string_view usage) const;

private:
  void check_new(const std::string& name) const;
  [[nodiscard]] bool has(const std::string& name) const;

  std::vector<std::string> names_;
};

/// `all` or `nodes`.
bool is_group(const std::string& word);

[[noreturn]] void fail_with_usage(const std::string& text, std::string_view usage);

} // namespace evenkeel::scenario
