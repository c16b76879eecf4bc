// Lines cut into words, and words into numbers and times. Pure.
#pragma once

#include "scenario/script.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace evenkeel::scenario {

/// A line of a script: its words up to a comment or a job, and the job behind ": ".
struct cut_line {
  std::deque<std::string> words;
  std::string job;
  bool has_job = false;
};

/// Only `submit` and `load` have a job. It is taken literally, a `#` in it too.
cut_line cut_into_words(std::string_view line);

/// "live=3", "live = 3" and "live =3" are three words each: name, operator, value.
std::deque<std::string> split_operators(const std::deque<std::string>& words);

/// These four throw std::invalid_argument with one sentence.
std::size_t number_from(const std::string& word, std::size_t least, std::size_t most);
/// "12", "0.5".
double decimal_from(const std::string& word, double most);
/// "300ms", "2s", "1.5s"; up to 24 hours.
milliseconds time_from(const std::string& word);
relation relation_from(const std::string& word);

std::string join(const std::deque<std::string>& words);

} // namespace evenkeel::scenario
