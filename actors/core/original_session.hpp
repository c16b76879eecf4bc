// The original system's session, word for word: `<ms>`, `r<t>`, `getall` and `exit`. (The latter
// two are verbs like others and found by the parser.) Must not know: the other requests.
#pragma once

#include "actors/core/parsed_request.hpp"
#include "messages/client.hpp"

#include <string>
#include <string_view>

namespace evenkeel::core {

inline constexpr std::string_view original_farewell = "Come back later to check your results.\n";

/// True when the line was one of the original's: a number, something that begins like one, or a
/// query. `word` is the line's first word, `rest` what follows it.
bool parse_original(std::string_view word, std::string_view rest, parsed_request& into);

/// The reply to `<ms>`. Refusals are worded as everywhere: `-CODE text`.
void append_original_submission(std::string& out, const client_answer& answer);
/// The reply to `r<t>`.
void append_original_result(std::string& out, const client_answer& answer);
/// One line of getall's.
void append_original_line(std::string& out, const job_view& job, std::string_view output);

} // namespace evenkeel::core
