// `expect`: looked at until it is so, or its time is over.
#pragma once

#include "scenario/script.hpp"
#include "scenario/world.hpp"

namespace evenkeel::scenario {

/// Throws `failure` with what was seen instead.
void await(const expect_step& wanted, world& all);

} // namespace evenkeel::scenario
