// Submissions that are one line: what can be sent many times over, with one reply each.
#pragma once

#include <string>
#include <string_view>

namespace evenkeel::client {

/// Why `line` is not a SUBMIT, CALL or SLEEP without a body; empty if it is one.
std::string problem_of_job_line(std::string_view line);

} // namespace evenkeel::client
