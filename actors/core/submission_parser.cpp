#include "actors/core/submission_parser.hpp"

#include "actors/core/request_options.hpp"
#include "actors/core/request_words.hpp"

#include <algorithm>
#include <array>

namespace evenkeel::core {

namespace {

using namespace std::string_view_literals;

constexpr std::array submit_options = {"once"sv, "key"sv, "bytes"sv, "until"sv};
constexpr std::array call_options = {"once"sv, "key"sv};

struct submission_words {
  bool has_command = false;  ///< a standalone `--` was there
  std::string_view command;  ///< literally what followed it and one blank
  std::string_view argument; ///< the first word that is no option, and all that follows it
};

bool accept_once(const std::string& value, parsed_request& into) {
  if (value != "0" && value != "1") {
    into.refuse(errc::bad_request, "once= is 1 or 0, not '" + shown(value) + "'");
    return false;
  }
  into.request.spec.once = value == "1";
  return true;
}

bool accept_key(const std::string& value, parsed_request& into) {
  if (value.empty() || value.size() > max_key || value.find('\0') != std::string::npos) {
    into.refuse(errc::bad_request,
                "key= needs a text of 1 to " + std::to_string(max_key) + " bytes without NUL");
    return false;
  }
  into.request.key = value;
  return true;
}

/// The options that both lists begin with; those of a body were read before.
bool accept(std::size_t option, const std::string& value, parsed_request& into) {
  constexpr std::size_t once = 0;
  constexpr std::size_t key = 1;
  switch (option) {
  case once:
    return accept_once(value, into);
  case key:
    return accept_key(value, into);
  default:
    return true;
  }
}

/// Reads the options up to `--`, to a word without `=`, or to the end. False: refused.
bool take_words(std::string_view rest, std::span<const std::string_view> known,
                parsed_request& into, submission_words& words) {
  option_reader options{known, into};
  for (auto word = take_word(rest); !word.empty(); word = take_word(rest)) {
    if (word == "--") {
      words.has_command = true;
      words.command = rest.substr(rest.empty() ? 0 : 1);
      return true;
    }
    if (word.find('=') == std::string_view::npos) {
      words.argument = {word.data(), word.size() + rest.size()};
      return true;
    }
    const auto option = options.take(word);
    if (!option || !accept(*option, options.value(), into))
      return false;
  }
  return true;
}

bool all_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_blank);
}

} // namespace

void parse_submit(std::string_view rest, parsed_request& into) {
  submission_words words;
  if (!take_words(rest, submit_options, into, words)) {
    if (rest.find("--") == std::string_view::npos)
      into.text += "; a command goes behind --";
    return;
  }
  const auto has_body = into.body.end != body_end::none;
  if (!words.argument.empty())
    return into.refuse(errc::bad_request,
                       "the command goes behind --: write SUBMIT -- " + shown(words.argument));
  if (!words.has_command && !has_body)
    return into.refuse(errc::bad_request, "nothing to run: write SUBMIT -- <shell command>, or "
                                          "SUBMIT until=EOF and a script");
  if (words.has_command && all_blank(words.command))
    return into.refuse(errc::bad_request, "the command behind -- is empty");
  auto& spec = into.request.spec;
  spec.kind = words.has_command ? job_kind::command : job_kind::script;
  spec.has_stdin = words.has_command && has_body;
  spec.text = words.command;
}

void parse_call(std::string_view rest, parsed_request& into) {
  submission_words words;
  if (!take_words(rest, call_options, into, words))
    return;
  if (!words.argument.empty())
    return into.refuse(errc::bad_request,
                       "the function goes behind --: write CALL -- " + shown(words.argument));
  auto arguments = words.command;
  const auto name = take_word(arguments);
  if (name.empty())
    return into.refuse(errc::bad_request, "no function: write CALL -- <function> [arguments]");
  if (name.size() > max_function_name)
    return into.refuse(errc::bad_request, "a function's name has up to "
                                              + std::to_string(max_function_name) + " characters");
  auto& spec = into.request.spec;
  spec.kind = job_kind::function;
  spec.text = name;
  spec.body = arguments.substr(arguments.empty() ? 0 : 1);
}

void parse_sleep(std::string_view rest, parsed_request& into) {
  submission_words words;
  if (!take_words(rest, call_options, into, words))
    return;
  const auto milliseconds = parse_digits(trimmed(words.argument));
  if (words.has_command || !milliseconds || *milliseconds > max_sleep_ms)
    return into.refuse(errc::bad_request, "write SLEEP <milliseconds>, from 0 to "
                                              + std::to_string(max_sleep_ms)
                                              + ", and options before the number");
  auto& spec = into.request.spec;
  spec.kind = job_kind::sleep;
  spec.sleep_ms = static_cast<std::uint32_t>(*milliseconds);
}

} // namespace evenkeel::core
