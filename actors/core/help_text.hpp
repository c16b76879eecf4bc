// What HELP says; docs/protocol.md says the same at length.
#pragma once

#include <string_view>

namespace evenkeel::core {

/// Lines, each with its newline, none of them a single dot. `topic` in any case: a verb,
/// `original`, `states`, `errors` or `limits`; empty: the overview. Empty result: no such topic.
std::string_view help_text(std::string_view topic);

} // namespace evenkeel::core
