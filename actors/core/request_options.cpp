#include "actors/core/request_options.hpp"

#include "actors/core/percent_coding.hpp"
#include "actors/core/request_words.hpp"

#include <algorithm>

namespace evenkeel::core {

namespace {

bool accept_count(std::string_view value, const client_limits& limits, parsed_request& into) {
  const auto decoded = percent_decoded(value);
  const auto count = decoded ? parse_digits(*decoded) : std::nullopt;
  if (!count) {
    into.refuse_and_close(errc::bad_request, "bytes= needs a whole number, not '" + shown(value)
                                                 + "'; closing, since the body's end is unknown");
    return false;
  }
  if (*count > limits.body_bytes) {
    into.refuse_and_close(errc::too_big,
                          "a body may have up to " + std::to_string(limits.body_bytes) + " bytes");
    return false;
  }
  into.body.end = body_end::counted;
  into.body.bytes = *count;
  return true;
}

bool accept_end_word(std::string_view value, parsed_request& into) {
  auto word = percent_decoded(value);
  if (word && word->size() > max_end_word) {
    into.refuse_and_close(errc::bad_request, "the word of until= has at most "
                                                 + std::to_string(max_end_word)
                                                 + " bytes; closing, since the body's end is "
                                                   "unknown");
    return false;
  }
  const auto usable = [](char c) { return c != '\n' && c != '\r' && c != '\0'; };
  if (!word || word->empty() || !std::all_of(word->begin(), word->end(), usable)) {
    into.refuse_and_close(errc::bad_request,
                          "until= needs the word that will end the body, as in until=EOF; closing, "
                          "since the body's end is unknown");
    return false;
  }
  into.body.end = body_end::word;
  into.body.word = std::move(*word);
  return true;
}

} // namespace

std::string option_names(std::span<const std::string_view> known) {
  std::string names;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (i > 0)
      names += i + 1 == known.size() ? " and " : ", ";
    names.append(known[i]).push_back('=');
  }
  return names;
}

std::optional<std::size_t> option_reader::take(std::string_view word) {
  const auto equals = word.find('=');
  const auto name = word.substr(0, equals);
  const auto found = std::find_if(known_.begin(), known_.end(),
                                  [name](std::string_view one) { return same_word(one, name); });
  if (found == known_.end()) {
    into_.refuse(errc::bad_request, "unknown option '" + shown(name) + "=': known here "
                                        + (known_.size() == 1 ? "is " : "are ")
                                        + option_names(known_));
    return std::nullopt;
  }
  const auto place = static_cast<std::size_t>(found - known_.begin());
  const auto bit = 1U << place;
  if ((seen_ & bit) != 0) {
    into_.refuse(errc::bad_request, "the option '" + std::string{*found} + "=' is there twice");
    return std::nullopt;
  }
  seen_ |= bit;
  auto value = percent_decoded(word.substr(equals + 1));
  if (!value) {
    into_.refuse(errc::bad_request,
                 "the value of '" + std::string{*found}
                     + "=' is not percent-encoded right: a blank is %20, a percent sign %25");
    return std::nullopt;
  }
  value_ = std::move(*value);
  return place;
}

bool find_body(std::string_view rest, bool until_counts, const client_limits& limits,
               parsed_request& into) {
  if (rest.find('=') == std::string_view::npos)
    return true;
  for (auto word = take_word(rest); !word.empty() && word != "--"; word = take_word(rest)) {
    constexpr std::size_t name_size = 6; // of both
    const auto name = word.substr(0, name_size);
    const auto counted = same_word(name, "bytes=");
    if (!counted && !(until_counts && same_word(name, "until=")))
      continue;
    if (into.body.end != body_end::none) {
      into.refuse_and_close(errc::bad_request, "bytes= and until= announce one body: give one of "
                                               "them, once; closing, since its end is unknown");
      return false;
    }
    const auto value = word.substr(name_size);
    if (!(counted ? accept_count(value, limits, into) : accept_end_word(value, into)))
      return false;
  }
  return true;
}

} // namespace evenkeel::core
