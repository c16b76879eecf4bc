#include "scenario/expect_parser.hpp"

#include "scenario/vocabulary.hpp"
#include "scenario/words.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>
#include <utility>

namespace evenkeel::scenario {

namespace {

using words_left = std::deque<std::string>;

constexpr std::size_t many = 1'000'000'000;
constexpr const char* forms =
    "expect takes: results, nodes, node NAME, stats, spread, errors only CODES, errors none, "
    "marks [WORD] [each | most], new tickets, new results, log NAME says TEXT";

std::string take(words_left& words, const std::string& what) {
  if (words.empty())
    throw std::invalid_argument(what + " is missing here");
  auto word = std::move(words.front());
  words.pop_front();
  return word;
}

bool take_word(words_left& words, const std::string& wanted) {
  if (words.empty() || words.front() != wanted)
    return false;
  words.pop_front();
  return true;
}

comparison take_relation(words_left& words, std::string name) {
  comparison found;
  found.op = relation_from(take(words, "one of = != < <= > >= behind " + quoted(name)));
  found.value = take(words, "what to compare " + quoted(name) + " with");
  found.name = std::move(name);
  return found;
}

std::string take_name(words_left& words, const std::string& example) {
  return take(words, "a comparison, as in " + example);
}

nodes_expected nodes(words_left& words) {
  nodes_expected wanted;
  do {
    auto state = take_name(words, "live=3");
    require_word(node_states(), state, "state of a node");
    wanted.states.push_back(take_relation(words, std::move(state)));
    number_from(wanted.states.back().value, 0, many);
  } while (!words.empty());
  return wanted;
}

std::vector<comparison> fields(words_left& words, std::span<const known_field> known,
                               const std::string& what, const std::string& example) {
  std::vector<comparison> all;
  do {
    auto name = take_name(words, example);
    require_field(known, name, what);
    all.push_back(take_relation(words, std::move(name)));
    require_comparable(known, all.back());
  } while (!words.empty());
  return all;
}

stats_expected stats(words_left& words, const std::string& example) {
  return {fields(words, stats_figures(), "figure of STATS", example)};
}

void take_result(words_left& words, results_expected& wanted) {
  constexpr std::array<std::string_view, 5> known{"done", "failed", "cancelled", "lost", "reason"};
  auto name = take_name(words, "failed=1");
  if (std::find(known.begin(), known.end(), name) == known.end())
    throw std::invalid_argument("a result is done, failed, cancelled or lost, not " + quoted(name));
  const auto one = take_relation(words, std::move(name));
  if (one.op != relation::equal)
    throw std::invalid_argument("results are compared with = only");
  if (one.name == "reason" ? !wanted.reason.empty() : wanted.states.contains(one.name))
    throw std::invalid_argument(one.name + "= stands there twice");
  if (one.name == "reason")
    wanted.reason = one.value;
  else
    wanted.states[one.name] = number_from(one.value, 0, many);
}

results_expected results(words_left& words) {
  results_expected wanted;
  while (!words.empty())
    take_result(words, wanted);
  const auto others = wanted.states.size() - wanted.states.count("done");
  if (!wanted.reason.empty() && others == 0)
    throw std::invalid_argument("a reason is that of failed=, cancelled= or lost=: say how many");
  return wanted;
}

errors_expected errors(words_left& words) {
  errors_expected wanted;
  if (take_word(words, "none"))
    return wanted;
  if (!take_word(words, "only") || words.empty())
    throw std::invalid_argument(
        R"(write "expect errors none" or "expect errors only BUSY UNAVAILABLE closed silent")");
  for (const auto& code : words)
    require_word(client_errors(), code, "error that clients can see");
  wanted.allowed.insert(words.begin(), words.end());
  words.clear();
  return wanted;
}

marks_expected marks(words_left& words) {
  marks_expected wanted;
  std::string word = "run";
  const auto is_relation = [](const std::string& text) {
    return text.find_first_of("<>=") != std::string::npos;
  };
  if (!words.empty() && !is_relation(words.front()) && words.front() != "each"
      && words.front() != "most")
    word = take(words, "a word");
  if (take_word(words, "each"))
    wanted.measure = mark_measure::each;
  else if (take_word(words, "most"))
    wanted.measure = mark_measure::most;
  wanted.lines = take_relation(words, word);
  number_from(wanted.lines.value, 0, many);
  return wanted;
}

news_expected news(words_left& words) {
  const auto what = take(words, R"("tickets" or "results")");
  if (what != "tickets" && what != "results")
    throw std::invalid_argument("what is new are tickets or results, not " + quoted(what));
  news_expected wanted{take_relation(words, what)};
  number_from(wanted.number.value, 0, many);
  return wanted;
}

log_expected log(words_left& words) {
  log_expected wanted;
  wanted.name = take(words, "a name");
  if (!take_word(words, "says") || words.empty())
    throw std::invalid_argument("write \"expect log NAME says TEXT\"");
  wanted.text = join(std::exchange(words, {}));
  return wanted;
}

/// True if a time was given.
bool take_within(words_left& words, milliseconds& within) {
  if (words.size() < 2 || words[words.size() - 2] != "within") {
    if (!words.empty() && words.back() == "within" && words.front() != "log")
      throw std::invalid_argument("behind \"within\" a time is missing, like 10s");
    return false;
  }
  within = time_from(words.back());
  words.erase(words.end() - 2, words.end());
  return true;
}

decltype(expect_step::what) thing(const std::string& what, words_left& words) {
  if (what == "results")
    return results(words);
  if (what == "nodes")
    return nodes(words);
  if (what == "node") {
    auto name = take(words, "the name of a node");
    if (name == proxy_name)
      throw std::invalid_argument("the proxy is no node: NODES does not list it");
    return node_expected{std::move(name),
                         fields(words, node_fields(), "field of NODES", "running=2")};
  }
  if (what == "stats")
    return stats(words, "queued=0");
  if (what == "spread") {
    words.push_front("spread");
    return stats(words, "spread <= 1");
  }
  if (what == "errors")
    return errors(words);
  if (what == "marks")
    return marks(words);
  if (what == "new")
    return news(words);
  if (what == "log")
    return log(words);
  throw std::invalid_argument(quoted(what) + " cannot be expected; " + forms);
}

} // namespace

expect_step parse_expectation(words_left words) {
  expect_step wanted;
  const bool timed = take_within(words, wanted.within);
  if (!words.empty() && words.front() != "log")
    words = split_operators(words);
  if (words.empty())
    throw std::invalid_argument(std::string("expect what? ") + forms);
  const auto what = take(words, {});
  wanted.what = thing(what, words);
  if (!words.empty())
    throw std::invalid_argument(quoted(words.front()) + " is one word too many");
  if (timed && what == "errors")
    throw std::invalid_argument("errors are looked at once, so there is no \"within\"");
  return wanted;
}

} // namespace evenkeel::scenario
