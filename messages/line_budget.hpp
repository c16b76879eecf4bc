// How many lines about one thing a log can bear, whoever causes them: some at once, then so many a
// second.
// Must not know: any log.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace evenkeel {

class line_budget {
public:
  /// The next line: itself, with how many were held back since the last one; or nothing, if it is
  /// held back too.
  std::optional<std::string> take(std::string line, std::int64_t steady_us) {
    constexpr double us_per_s = 1e6;
    if (last_us_)
      left_ = std::min(at_once,
                       left_ + a_second * static_cast<double>(steady_us - *last_us_) / us_per_s);
    last_us_ = steady_us;
    if (left_ < 1) {
      ++held_back_;
      return std::nullopt;
    }
    left_ -= 1;
    if (const auto others = std::exchange(held_back_, 0); others > 0)
      line += " (and " + std::to_string(others) + " others since the last such line)";
    return line;
  }

private:
  static constexpr double at_once = 10;
  static constexpr double a_second = 1;

  double left_ = at_once;
  std::optional<std::int64_t> last_us_;
  std::uint64_t held_back_ = 0;
};

} // namespace evenkeel
