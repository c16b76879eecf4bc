// Whether the steps of a script fit each other: each is carried out in thought alone, so that a
// mistake far down is found before anything is started. Pure. A script has no branches and no
// loops, so what it has done to a process is known at every line.
#pragma once

#include "scenario/script.hpp"

#include <functional>
#include <string>
#include <vector>

namespace evenkeel::scenario {

/// What only the binary that is started can judge. Each returns one sentence, or nothing if all is
/// well; one that is empty is not asked.
struct judges {
  std::function<std::string(const std::string& job)> problem_of_job;
  std::function<std::string(member_kind kind, const std::string& name,
                            const std::vector<std::string>& options)>
      problem_of_options;
};

/// Throws syntax_error: with the line of the first step that cannot be done, that can only wait out
/// its deadline, or that cannot fail.
void dry_run(const script& what, const judges& ask = {});

} // namespace evenkeel::scenario
