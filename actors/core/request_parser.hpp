// One request line -> what it asks for (docs/protocol.md). A table of verbs; whatever is no verb is
// a line of the original's session, a browser's, or a mistake. Must not know: how lines are cut out
// of bytes, or when a request may be asked.
#pragma once

#include "actors/core/client_limits.hpp"
#include "actors/core/parsed_request.hpp"

#include <string_view>
#include <vector>

namespace evenkeel::core {

/// `line` comes without its end. Sets every field of `into`; `into.body` says what follows the
/// line, also where the request is refused.
void parse_request(std::string_view line, const client_limits& limits, parsed_request& into);

/// In the order of the documentation, in capital letters.
std::vector<std::string_view> known_verbs();

} // namespace evenkeel::core
