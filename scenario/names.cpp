#include "scenario/names.hpp"

#include "scenario/quoted.hpp"
#include "scenario/script.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>

namespace evenkeel::scenario {

namespace {

constexpr std::size_t max_name_length = 32; ///< hosts bear the names

/// Words that mean something where names stand.
constexpr std::array<std::string_view, 15> modifiers{
    "all", "nodes", "in",    "out",    "any",  "order", "to",  "supervised",
    "tls", "off",   "every", "within", "says", "each",  "most"};
/// A forgotten end of a line is no process named "kill".
constexpr std::array<std::string_view, 13> verbs{"start",   "stop",   "kill",  "freeze", "thaw",
                                                 "restart", "wipe",   "cut",   "heal",   "submit",
                                                 "load",    "expect", "pause"};
/// The scenario's own, in the same directory.
constexpr std::array<std::string_view, 3> files{"bin", "marks", "certs"};

template <class Words>
bool among(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

} // namespace

bool is_group(const std::string& word) {
  return word == "all" || word == "nodes";
}

void fail_with_usage(const std::string& text, std::string_view usage) {
  throw std::invalid_argument(text + "; usage: " + std::string(usage));
}

bool known_names::has(const std::string& name) const {
  return among(names_, name);
}

void known_names::check_new(const std::string& name) const {
  constexpr const char* letters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  if (name.empty() || name.size() > max_name_length || name.front() == '-'
      || name.find_first_not_of(letters) != std::string::npos)
    throw std::invalid_argument(quoted(name)
                                + ": names are of a-z, 0-9 and -, do not begin with -, and have "
                                  "up to 32 characters");
  if (among(modifiers, name) || among(verbs, name) || among(files, name))
    throw std::invalid_argument(quoted(name) + " cannot be a name: it means something else");
  if (has(name))
    throw std::invalid_argument(name + " was started further up; to start it again: restart "
                                + name);
  if (names_.size() >= max_processes)
    throw std::invalid_argument("a script starts at most " + std::to_string(max_processes)
                                + " processes");
}

std::vector<std::string> known_names::introduce(const std::deque<std::string>& words) {
  for (const auto& name : words) {
    check_new(name);
    names_.push_back(name);
  }
  return {words.begin(), words.end()};
}

std::vector<std::string> known_names::select(const std::deque<std::string>& words,
                                             std::string_view usage) const {
  std::vector<std::string> found;
  const auto take = [&](const std::string& name) {
    if (among(found, name))
      fail_with_usage(name + " is named twice", usage);
    found.push_back(name);
  };
  for (const auto& word : words) {
    if (!is_group(word))
      require(word, usage);
    for (const auto& name : is_group(word) ? names_ : std::vector{word})
      if (word != "nodes" || name != proxy_name)
        take(name);
  }
  if (found.empty())
    throw std::invalid_argument("nothing was started further up");
  return found;
}

void known_names::require(const std::string& name, std::string_view usage) const {
  if (has(name))
    return;
  if (among(modifiers, name))
    fail_with_usage(quoted(name) + " is not understood there", usage);
  fail_with_usage("no \"start " + shown(name, max_name_length) + "\" stands above", usage);
}

} // namespace evenkeel::scenario
