// A script out of a file, grammar and sense checked. Must not know: processes.
#pragma once

#include "scenario/dry_run.hpp"
#include "scenario/script.hpp"

#include <string>

namespace evenkeel::scenario {

/// A pipe will do. Throws syntax_error, with line 0 if it cannot be read.
script read_script(const std::string& file, const judges& ask);

} // namespace evenkeel::scenario
