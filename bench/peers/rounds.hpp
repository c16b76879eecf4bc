// Rows measured in rounds: in each, every contestant once, one after another, so that what disturbs
// the machine for a while disturbs all. Must not know: what is measured.
#pragma once

#include "bench/peers/row.hpp"

#include <map>
#include <string>
#include <vector>

namespace evenkeel::bench {

/// Of a contestant: each of its figures, once a round.
using series = std::map<std::string, std::vector<double>>;

struct row_results {
  row what;
  std::map<std::string, series> measured; ///< by contestant; who was unavailable is missing
};

/// Says on stderr what it does. Throws what a measurement throws, but for `unavailable`.
row_results measure(const row& what, const premises& all, unsigned rounds, bool quick);

} // namespace evenkeel::bench
