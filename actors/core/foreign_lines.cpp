#include "actors/core/foreign_lines.hpp"

#include "actors/core/request_words.hpp"
#include "messages/ticket.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace evenkeel::core {

using namespace std::string_view_literals;

bool looks_like_http(std::string_view word, std::string_view rest) {
  constexpr std::array methods = {"GET"sv,     "POST"sv,   "PUT"sv,   "HEAD"sv,  "OPTIONS"sv,
                                  "CONNECT"sv, "DELETE"sv, "PATCH"sv, "TRACE"sv, "PRI"sv};
  if (std::any_of(methods.begin(), methods.end(),
                  [word](std::string_view method) { return same_word(method, word); }))
    return true;
  const auto behind = trimmed(rest);
  if (behind.substr(behind.find_last_of(" \t") + 1).substr(0, 5) == "HTTP/")
    return true;
  const auto colon = word.find(':');
  const auto in_header_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '_';
  };
  return colon != std::string_view::npos && colon > 0 && !is_digit(word.front())
         && std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(colon),
                        in_header_name);
}

void refuse_unknown(std::string_view word, parsed_request& into) {
  if (word.front() == '@' || word.front() == '{')
    return into.refuse(errc::bad_request, "lines that begin with @ or { are reserved");
  if (ticket_from_text(word))
    return into.refuse(errc::bad_request,
                       "what about this ticket? write STATUS, RESULT or WAIT " + std::string{word});
  into.refuse(errc::bad_request, "unknown request '" + shown(word) + "': HELP lists what there is");
}

} // namespace evenkeel::core
