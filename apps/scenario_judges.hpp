// What this binary would say to the jobs and options of a script, asked before it is started: the
// node's own parser of requests, and the parsers of `evenkeel node`, `proxy`, `host` and `spawn`.
#pragma once

#include "scenario/dry_run.hpp"

namespace evenkeel::apps {

scenario::judges judges_of_this_binary();

} // namespace evenkeel::apps
