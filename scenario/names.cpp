#include "scenario/names.hpp"

#include "scenario/quoted.hpp"
#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>

namespace evenkeel::scenario {

namespace {

constexpr std::size_t max_name_length = 32; ///< hosts bear the names

/// Words that mean something where names stand.
constexpr std::array<std::string_view, 17> modifiers{
    "all", "nodes", "in",     "out",  "any",  "order", "to",   "supervised", "tls",
    "off", "every", "within", "says", "each", "most",  "host", "on"};
/// A forgotten end of a line is no process named "kill".
constexpr std::array<std::string_view, 15> verbs{
    "start", "stop", "kill",   "freeze", "thaw",   "restart", "wipe",   "cut",
    "heal",  "load", "submit", "expect", "pause",  "spawn",   "despawn"};
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
  if (order_.size() >= max_processes)
    throw std::invalid_argument("a script starts at most " + std::to_string(max_processes)
                                + " processes");
}

void known_names::add(const std::string& name, const member& what) {
  check_new(name);
  order_.push_back(name);
  all_[name] = what;
}

std::vector<std::string> known_names::introduce(const std::deque<std::string>& words, bool hosts) {
  for (const auto& name : words) {
    if (hosts && name == proxy_name)
      throw std::invalid_argument("the process named proxy is the proxy, not a host");
    const auto kind = hosts ? member_kind::host : member_kind::node;
    add(name, {name == proxy_name ? member_kind::proxy : kind, {}});
  }
  return {words.begin(), words.end()};
}

std::vector<std::string> known_names::settle(const std::deque<std::string>& words,
                                             const std::string& host) {
  std::vector<std::string> names;
  for (const auto& name : words) {
    if (among(names, name))
      throw std::invalid_argument(name + " is named twice");
    if (name == proxy_name)
      throw std::invalid_argument("the process named proxy is the proxy, not a node");
    if (!has(name))
      add(name, {member_kind::spawned, host});
    else if (kind(name) != member_kind::spawned)
      throw std::invalid_argument(name + " was started further up, as a process of its own");
    else if (host_of(name) != host)
      throw std::invalid_argument(name + " was spawned on " + host_of(name)
                                  + ", and its tickets are there: give it another name on " + host);
    names.push_back(name);
  }
  return names;
}

void known_names::require_in(audience whom, const std::string& name) const {
  const bool spawned = kind(name) == member_kind::spawned;
  if (whom == audience::processes && spawned)
    throw std::invalid_argument(name + " is a spawned node, no process of its own: name its host, "
                                + host_of(name));
  if (whom == audience::spawned && !spawned)
    throw std::invalid_argument(name + " is no spawned node");
  if (whom == audience::homes && kind(name) == member_kind::proxy)
    throw std::invalid_argument("jobs are submitted to nodes, not to the proxy");
  if (whom == audience::homes && kind(name) == member_kind::host)
    throw std::invalid_argument("jobs are submitted to nodes, and " + name
                                + " is a host: name a node that was spawned there");
}

std::vector<std::string> known_names::select(const std::deque<std::string>& words, audience whom,
                                             std::string_view usage) const {
  std::vector<std::string> found;
  const auto take = [&](const std::string& name) {
    if (among(found, name))
      fail_with_usage(name + " is named twice", usage);
    found.push_back(name);
  };
  const auto means = [&](const std::string& group, const std::string& name) {
    const auto what = kind(name);
    if (what == member_kind::spawned || whom == audience::spawned)
      return what == member_kind::spawned && whom != audience::processes;
    return group == "all" || what == member_kind::node;
  };
  for (const auto& word : words) {
    if (!is_group(word)) {
      require(word, usage);
      require_in(whom, word);
      take(word);
      continue;
    }
    for (const auto& name : order_)
      if (means(word, name)) {
        require_in(whom, name);
        take(name);
      }
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
