// SUBMIT, CALL and SLEEP: request line -> job_spec. The body, if one was announced, is added by
// whoever reads it. Must not know: tickets, sessions, which functions exist.
#pragma once

#include "actors/core/parsed_request.hpp"

#include <string_view>

namespace evenkeel::core {

/// `rest` is the line behind the verb; `into.body` has been found already.
void parse_submit(std::string_view rest, parsed_request& into);
void parse_call(std::string_view rest, parsed_request& into);
void parse_sleep(std::string_view rest, parsed_request& into);

} // namespace evenkeel::core
