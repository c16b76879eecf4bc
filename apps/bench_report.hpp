// A bench run's figures as a short table for people.
#pragma once

#include "apps/bench_figures.hpp"

#include <iosfwd>

namespace evenkeel::apps {

/// Lines for what did not happen are left out.
void print_report(std::ostream& out, const bench_figures& figures);

} // namespace evenkeel::apps
