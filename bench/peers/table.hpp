// Results as a Markdown table, and as JSON.
#pragma once

#include "bench/peers/rounds.hpp"

#include <string>
#include <vector>

namespace evenkeel::bench {

/// Of no values: nothing is to be asked.
struct spread {
  double median = 0;
  double least = 0;
  double most = 0;
};
spread spread_of(std::vector<double> values);

/// Comparisons first, then what is of the machine.
std::string as_table(const std::vector<row_results>& all);
/// Row, contestant, figure, values; beside `remarks`.
std::string as_json(const std::vector<row_results>& all, const std::vector<std::string>& remarks);

} // namespace evenkeel::bench
