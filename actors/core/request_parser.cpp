#include "actors/core/request_parser.hpp"

#include "actors/core/foreign_lines.hpp"
#include "actors/core/original_session.hpp"
#include "actors/core/request_options.hpp"
#include "actors/core/request_words.hpp"
#include "actors/core/submission_parser.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace evenkeel::core {

namespace {

using namespace std::string_view_literals;

// -- verbs without arguments --------------------------------------------------

template <request_action Action>
void parse_bare(std::string_view, parsed_request& into) {
  into.action = Action;
}

template <request_kind Kind>
void parse_bare_question(std::string_view, parsed_request& into) {
  into.request.kind = Kind;
}

void parse_getall(std::string_view, parsed_request& into) {
  into.request.kind = request_kind::all_results;
  into.style = reply_style::original;
}

void parse_help(std::string_view rest, parsed_request& into) {
  into.action = request_action::help;
  into.text = trimmed(rest);
}

/// A token is never shown back, nor what might be a piece of one.
void parse_auth(std::string_view rest, parsed_request& into) {
  const auto token = take_word(rest);
  if (token.empty() || !trimmed(rest).empty())
    return into.refuse(errc::bad_request, "write AUTH and one token");
  if (token.size() > max_token)
    return into.refuse(errc::bad_request,
                       "a token has at most " + std::to_string(max_token) + " bytes");
  into.action = request_action::auth;
  into.text = token;
}

// -- verbs about one ticket ---------------------------------------------------

/// Sets the subject. False: refused.
bool take_subject(std::string_view word, parsed_request& into) {
  if (same_word(word, "LAST")) {
    into.subject = subject_choice::last;
    return true;
  }
  auto subject = ticket_from_text(word);
  if (!subject) {
    into.refuse(errc::bad_request, word.empty() ? "which ticket? give one, or LAST"
                                                : "'" + shown(word) + "' is not a ticket");
    return false;
  }
  into.subject = subject_choice::given;
  into.request.subject = std::move(*subject);
  return true;
}

std::optional<stream_choice> stream_named(std::string_view word) {
  if (same_word(word, "stdout"))
    return stream_choice::out;
  if (same_word(word, "stderr"))
    return stream_choice::err;
  if (same_word(word, "both"))
    return stream_choice::both;
  if (same_word(word, "none"))
    return stream_choice::none;
  return std::nullopt;
}

void refuse_extra(std::string_view extra, std::string_view usage, parsed_request& into) {
  into.refuse(errc::bad_request,
              "cannot make sense of '" + shown(extra) + "': write " + std::string{usage});
}

template <request_kind Kind>
void parse_about_ticket(std::string_view rest, parsed_request& into) {
  into.request.kind = Kind;
  if (!take_subject(take_word(rest), into))
    return;
  if (const auto extra = trimmed(rest); !extra.empty())
    refuse_extra(extra, "the verb and one ticket", into);
}

void parse_result(std::string_view rest, parsed_request& into) {
  into.request.kind = request_kind::result;
  if (!take_subject(take_word(rest), into))
    return;
  auto word = take_word(rest);
  if (const auto streams = stream_named(word)) {
    into.request.streams = *streams;
    word = take_word(rest);
  }
  if (!word.empty())
    refuse_extra(word, "RESULT <ticket> [stdout|stderr|both|none]", into);
}

void parse_wait(std::string_view rest, parsed_request& into) {
  constexpr auto usage =
      "WAIT <ticket> [stdout|stderr|both|none] [seconds], or WAIT ALL [seconds]"sv;
  auto word = take_word(rest);
  if (same_word(word, "ALL")) {
    into.request.kind = request_kind::wait_all;
    into.subject = subject_choice::all;
    word = take_word(rest);
  } else {
    into.request.kind = request_kind::wait;
    if (!take_subject(word, into))
      return;
    word = take_word(rest);
    if (const auto streams = stream_named(word)) {
      into.request.streams = *streams;
      word = take_word(rest);
    }
  }
  if (word.empty())
    return;
  const auto timeout_ms = parse_seconds(word);
  if (!timeout_ms)
    return refuse_extra(word, std::string{usage} + ", with seconds like 5 or 0.5", into);
  into.request.timeout_ms = *timeout_ms;
  if (const auto extra = trimmed(rest); !extra.empty())
    refuse_extra(extra, usage, into);
}

void parse_retire(std::string_view rest, parsed_request& into) {
  into.request.kind = request_kind::retire;
  std::string code{take_word(rest)};
  std::transform(code.begin(), code.end(), code.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (!valid_ledger_code(code))
    return into.refuse(errc::bad_request,
                       "which node? '" + shown(code)
                           + "' is not the part of its tickets before the '-', like k7m2q");
  if (const auto extra = trimmed(rest); !extra.empty())
    return refuse_extra(extra, "RETIRE <code>", into);
  into.request.subject = {std::move(code), 0};
}

// -- LIST ---------------------------------------------------------------------

constexpr std::array list_options = {"state"sv, "limit"sv, "after"sv};

bool accept_states(std::string_view names, parsed_request& into) {
  while (true) {
    const auto comma = names.find(',');
    const auto name = names.substr(0, comma);
    auto state = job_state::queued;
    while (state <= job_state::lost && !same_word(to_text(state), name))
      state = static_cast<job_state>(static_cast<int>(state) + 1);
    if (state > job_state::lost) {
      into.refuse(errc::bad_request, "unknown state '" + shown(name)
                                         + "': known are queued, assigned, running, done, failed, "
                                           "cancelled and lost");
      return false;
    }
    into.request.state_mask |= 1U << static_cast<unsigned>(state);
    if (comma == std::string_view::npos)
      return true;
    names.remove_prefix(comma + 1);
  }
}

bool accept_limit(const std::string& value, parsed_request& into) {
  const auto limit = parse_digits(value);
  if (!limit || *limit == 0 || *limit > max_list_limit) {
    into.refuse(errc::bad_request, "limit= is a whole number from 1 to "
                                       + std::to_string(max_list_limit) + ", not '" + shown(value)
                                       + "'");
    return false;
  }
  into.request.limit = static_cast<std::uint32_t>(*limit);
  return true;
}

bool accept_after(const std::string& value, parsed_request& into) {
  auto after = ticket_from_text(value);
  if (!after) {
    into.refuse(errc::bad_request, "after= needs a ticket, which '" + shown(value) + "' is not");
    return false;
  }
  into.request.after = std::move(*after);
  return true;
}

void parse_list(std::string_view rest, parsed_request& into) {
  into.request.kind = request_kind::list;
  option_reader options{list_options, into};
  for (auto word = take_word(rest); !word.empty(); word = take_word(rest)) {
    if (same_word(word, "all") && !into.request.everywhere) {
      into.request.everywhere = true;
      continue;
    }
    if (word.find('=') == std::string_view::npos)
      return refuse_extra(word, "LIST [all] [state=...] [limit=N] [after=<ticket>]", into);
    const auto option = options.take(word);
    if (!option)
      return;
    const auto& value = options.value();
    const auto accepted = *option == 0   ? accept_states(value, into)
                          : *option == 1 ? accept_limit(value, into)
                                         : accept_after(value, into);
    if (!accepted)
      return;
  }
}

// -- the table ----------------------------------------------------------------

struct verb {
  std::string_view name;
  void (*parse)(std::string_view rest, parsed_request& into);
  bool submits = false;
  bool bare = false; ///< takes no arguments
};

constexpr std::array verbs = {
    verb{"SUBMIT", parse_submit, true},
    verb{"CALL", parse_call, true},
    verb{"SLEEP", parse_sleep, true},
    verb{"STATUS", parse_about_ticket<request_kind::status>},
    verb{"RESULT", parse_result},
    verb{"WAIT", parse_wait},
    verb{"CANCEL", parse_about_ticket<request_kind::cancel>},
    verb{"FORGET", parse_about_ticket<request_kind::forget>},
    verb{"LIST", parse_list},
    verb{"NODES", parse_bare_question<request_kind::nodes>, false, true},
    verb{"STATS", parse_bare_question<request_kind::stats>, false, true},
    verb{"RETIRE", parse_retire},
    verb{"AUTH", parse_auth},
    verb{"PING", parse_bare<request_action::ping>, false, true},
    verb{"VERSION", parse_bare<request_action::version>, false, true},
    verb{"HELP", parse_help},
    verb{"QUIT", parse_bare<request_action::quit>, false, true},
    verb{"GETALL", parse_getall, false, true},
    verb{"EXIT", parse_bare<request_action::leave>, false, true},
};

const verb* find_verb(std::string_view word) {
  const auto found = std::find_if(verbs.begin(), verbs.end(),
                                  [word](const verb& one) { return same_word(one.name, word); });
  return found == verbs.end() ? nullptr : found;
}

void parse_verb(const verb& found, std::string_view rest, parsed_request& into) {
  into.action = request_action::ask;
  if (found.submits)
    into.request.kind = request_kind::submit;
  if (const auto extra = trimmed(rest); found.bare && !extra.empty())
    return into.refuse(errc::bad_request, std::string{found.name}
                                              + " stands alone: cannot make "
                                                "sense of '"
                                              + shown(extra) + "'");
  found.parse(rest, into);
}

} // namespace

void parse_request(std::string_view line, const client_limits& limits, parsed_request& into) {
  into = {};
  auto rest = line;
  const auto word = take_word(rest);
  if (word.empty())
    return;
  const auto* found = find_verb(word);
  if (found == nullptr && looks_like_http(word, rest))
    return into.refuse_and_close(errc::denied, "this is not a web server; closing");
  into.submission = found != nullptr && found->submits;
  if (!find_body(rest, found == nullptr || found->submits, limits, into))
    return;
  if (line.find('\0') != std::string_view::npos)
    return into.refuse(errc::bad_request, "a request cannot hold a NUL byte");
  if (found != nullptr)
    return parse_verb(*found, rest, into);
  if (!parse_original(word, rest, into))
    refuse_unknown(word, into);
}

std::vector<std::string_view> known_verbs() {
  std::vector<std::string_view> names;
  names.reserve(verbs.size());
  for (const auto& one : verbs)
    names.push_back(one.name);
  return names;
}

} // namespace evenkeel::core
