// A row: who takes part, and which of their figures are compared. Must not know: how the table
// looks.
#pragma once

#include "bench/peers/site.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace evenkeel::bench {

/// By name: "per_s", "p50_us" ...
using figures = std::map<std::string, double>;

/// One measurement, on a site of its own.
struct run_context {
  site& here;
  bool quick = false; ///< as short as can be, for a smoke test

  template <class T>
  [[nodiscard]] T pick(T usual, T when_quick) const {
    return quick ? when_quick : usual;
  }
};

struct contestant {
  std::string name;
  std::function<figures(run_context&)> run;
};

struct figure_name {
  std::string contestant;
  std::string figure;
};

struct goal {
  enum class kind { none, ratio_at_least, ratio_at_most, at_least, at_most };
  kind what = kind::none;
  double value = 0;
};

/// A line of the table.
struct comparison {
  std::string measure;
  std::string unit;
  figure_name ours;
  std::optional<figure_name> peer;
  goal wanted;
};

struct row {
  std::string name;
  std::vector<contestant> contestants; ///< in each round, one after another
  std::vector<comparison> lines;
  bool of_the_machine = false; ///< not a comparison: limits of the machine or of the load
};

std::vector<row> submission_rows();
std::vector<row> roundtrip_rows();
std::vector<row> command_rows();
std::vector<row> resource_rows();
std::vector<row> machine_rows();

} // namespace evenkeel::bench
