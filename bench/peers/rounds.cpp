#include "bench/peers/rounds.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <set>

namespace evenkeel::bench {

namespace {

std::string as_text(const figures& all) {
  std::string text;
  for (const auto& [name, value] : all)
    text += fmt::format(" {}={:.4g}", name, value);
  return text;
}

} // namespace

row_results measure(const row& what, const premises& all, unsigned rounds, bool quick) {
  row_results results{what, {}};
  std::set<std::string> missing;
  for (unsigned round = 1; round <= rounds; ++round)
    for (const auto& one : what.contestants) {
      if (missing.contains(one.name))
        continue;
      all.wait.throw_if_stopped();
      try {
        site here{all};
        run_context run{here, quick};
        const auto found = one.run(run);
        for (const auto& [name, value] : found)
          results.measured[one.name][name].push_back(value);
        fmt::print(stderr, "{} {}/{} {}:{}\n", what.name, round, rounds, one.name, as_text(found));
      } catch (const unavailable& why) {
        fmt::print(stderr, "{}: without {}: {}\n", what.name, one.name, why.what());
        missing.insert(one.name);
        results.measured.erase(one.name);
      }
    }
  return results;
}

} // namespace evenkeel::bench
