// What may stand behind the word `expect`. Pure.
#pragma once

#include "scenario/script.hpp"

#include <deque>
#include <string>

namespace evenkeel::scenario {

/// Throws std::invalid_argument with one sentence.
expect_step parse_expectation(std::deque<std::string> words);

} // namespace evenkeel::scenario
