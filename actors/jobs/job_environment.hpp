// The environment that jobs get: ours as it was when this was made, without what is ours alone, and
// what a request adds. Owns: that copy. Must not know: what a request's variables mean.
//
// Ours alone: all settings of ours (EVENKEEL_..., they name files of tokens and keys), and what an
// init system gives its services (CREDENTIALS_DIRECTORY, NOTIFY_SOCKET).
#pragma once

#include "actors/jobs/command.hpp"
#include "actors/jobs/job_confinement.hpp"

#include <string>
#include <vector>

namespace evenkeel::jobs {

class job_environment {
public:
  /// Reads our environment: no other thread may change it meanwhile. What tells of the directory
  /// and the user is put right for those of `confinement`.
  explicit job_environment(const job_confinement& confinement);

  /// `NAME=value` texts. `added` goes over ours; of one name given twice the last counts.
  [[nodiscard]] std::vector<std::string> with(const environment_variables& added) const;

private:
  std::vector<std::string> ours_;
};

} // namespace evenkeel::jobs
