// The one place where the shells read the time. Cores are told it.
#pragma once

#include "actors/core/effects.hpp"

namespace evenkeel {

/// The tests of the shells link a clock of their own instead of clock.cpp.
core::instant read_clock();

} // namespace evenkeel
