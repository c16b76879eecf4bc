#include "scenario/process_parser.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace evenkeel::scenario {

namespace {

struct process_word {
  std::string_view name;
  process_verb what;
  std::string_view usage;
};

constexpr std::array<process_word, 9> process_words{{
    {"start", process_verb::start, "start [host] NAME... [supervised] [tls] [--option value ...]"},
    {"stop", process_verb::stop, "stop NAME... | nodes | all"},
    {"kill", process_verb::kill, "kill NAME... | nodes | all"},
    {"freeze", process_verb::freeze, "freeze NAME... | nodes | all"},
    {"thaw", process_verb::thaw, "thaw NAME... | nodes | all"},
    {"restart", process_verb::restart, "restart NAME... | nodes | all, at its end: [in any order]"},
    {"wipe", process_verb::wipe, "wipe NAME... | nodes | all"},
    {"cut", process_verb::cut, "cut NAME... | nodes | all, at its end: [in | out]"},
    {"heal", process_verb::heal, "heal NAME... | nodes | all"},
}};

constexpr std::string_view spawn_usage = "spawn NAME... on HOST [--option value ...]";
constexpr std::string_view despawn_usage = "despawn NAME...";

const process_word& verb_named(const std::string& verb) {
  const auto* const word = std::find_if(process_words.begin(), process_words.end(),
                                        [&verb](const auto& one) { return one.name == verb; });
  if (word == process_words.end())
    throw std::invalid_argument("there is no verb " + quoted(verb)
                                + "; there are start stop kill freeze thaw restart wipe cut heal "
                                  "spawn despawn submit load pause expect");
  return *word;
}

bool take_end(std::deque<std::string>& words, const std::deque<std::string>& last) {
  if (words.size() < last.size()
      || !std::equal(last.begin(), last.end(), words.end() - static_cast<int>(last.size())))
    return false;
  words.erase(words.end() - static_cast<int>(last.size()), words.end());
  return true;
}

/// Takes all from the first word that begins with two dashes.
std::vector<std::string> cut_options(std::deque<std::string>& words) {
  const auto options = std::find_if(words.begin(), words.end(), [](const std::string& word) {
    return word.starts_with("--");
  });
  std::vector<std::string> found{options, words.end()};
  words.erase(options, words.end());
  return found;
}

void take_options(process_step& made, std::deque<std::string>& words, std::string_view usage) {
  made.options = cut_options(words);
  for (const auto* word : {"supervised", "tls"})
    if (std::find(made.options.begin(), made.options.end(), word) != made.options.end())
      fail_with_usage(quoted(word) + " stands before the options", usage);
  made.tls = take_end(words, {"tls"});
  made.supervised = take_end(words, {"supervised"});
  made.hosts = !words.empty() && words.front() == "host";
  if (made.hosts)
    words.pop_front();
}

/// What may stand behind the names.
void take_modifiers(process_step& made, std::deque<std::string>& words, std::string_view usage) {
  if (made.what == process_verb::start)
    take_options(made, words, usage);
  else if (made.what == process_verb::restart)
    made.any_order = take_end(words, {"in", "any", "order"});
  else if (made.what == process_verb::cut) {
    if (take_end(words, {"in"}))
      made.cut = direction::in;
    else if (take_end(words, {"out"}))
      made.cut = direction::out;
  }
}

} // namespace

process_step parse_process(const std::string& verb, std::deque<std::string> words,
                           known_names& names) {
  const auto& word = verb_named(verb);
  process_step made;
  made.what = word.what;
  take_modifiers(made, words, word.usage);
  if (words.empty())
    fail_with_usage("whom?", word.usage);
  made.grouped = std::any_of(words.begin(), words.end(), is_group);
  made.names = made.what == process_verb::start
                   ? names.introduce(words, made.hosts)
                   : names.select(words, audience::processes, word.usage);
  return made;
}

spawn_step parse_spawn(std::deque<std::string> words, known_names& names) {
  spawn_step made;
  made.options = cut_options(words);
  if (words.size() < 3 || words[words.size() - 2] != "on")
    fail_with_usage("which node, and on which host?", spawn_usage);
  made.host = words.back();
  words.erase(words.end() - 2, words.end());
  names.require(made.host, spawn_usage);
  if (names.kind(made.host) != member_kind::host)
    throw std::invalid_argument(made.host + " is no host: nodes are spawned where \"start host "
                                + made.host + "\" stands above");
  made.names = names.settle(words, made.host);
  return made;
}

despawn_step parse_despawn(const std::deque<std::string>& words, const known_names& names) {
  if (words.empty())
    fail_with_usage("whom?", despawn_usage);
  return {names.select(words, audience::spawned, despawn_usage)};
}

} // namespace evenkeel::scenario
