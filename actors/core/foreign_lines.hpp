// Lines that are no request at all: a browser's, and mistakes.
// Must not know: verbs.
#pragma once

#include "actors/core/parsed_request.hpp"

#include <string_view>

namespace evenkeel::core {

/// True for a line that a browser sends; one can be made to send it to any port of its own machine.
/// `word` is the line's first word and no verb, `rest` what follows it.
bool looks_like_http(std::string_view word, std::string_view rest);

void refuse_unknown(std::string_view word, parsed_request& into);

} // namespace evenkeel::core
