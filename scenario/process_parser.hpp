// The verbs for processes and their links, and for spawned nodes. Pure.
#pragma once

#include "scenario/names.hpp"
#include "scenario/script.hpp"

#include <deque>
#include <string>

namespace evenkeel::scenario {

/// `words` are those behind the verb. Throws std::invalid_argument with one sentence.
process_step parse_process(const std::string& verb, std::deque<std::string> words,
                           known_names& names);
spawn_step parse_spawn(std::deque<std::string> words, known_names& names);
despawn_step parse_despawn(const std::deque<std::string>& words, const known_names& names);

} // namespace evenkeel::scenario
