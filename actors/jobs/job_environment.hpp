// The environment that jobs get: ours as it was when this was made, less what is withheld, and what
// a request adds. Owns: that copy. Must not know: what the variables mean.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace evenkeel::jobs {

using environment_variables = std::vector<std::pair<std::string, std::string>>;

class job_environment {
public:
  /// Reads our environment: no other thread may change it meanwhile. Variables named in `withheld`
  /// are left out; PWD is `working_directory` unless that is empty.
  job_environment(const std::vector<std::string>& withheld, const std::string& working_directory);

  /// `NAME=value` texts. `added` goes over ours; of one name given twice the last counts.
  [[nodiscard]] std::vector<std::string> with(const environment_variables& added) const;

private:
  std::vector<std::string> ours_;
};

} // namespace evenkeel::jobs
