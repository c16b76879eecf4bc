#include "scenario/expect_parser.hpp"

#include "scenario/words.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace evenkeel::scenario {

namespace {

using words_left = std::deque<std::string>;

constexpr std::size_t many = 1'000'000'000;
constexpr const char* forms =
    "expect takes: results, nodes, node NAME, stats, spread, errors only CODES, errors none, "
    "marks, new tickets, new results, log NAME says TEXT";

std::string take(words_left& words, const std::string& what) {
  if (words.empty())
    throw std::invalid_argument("here " + what + " is missing");
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
  found.name = std::move(name);
  found.op = relation_from(take(words, "one of = != < <= > >="));
  found.value = take(words, "what to compare " + found.name + " with");
  return found;
}

std::vector<comparison> take_comparisons(words_left& words, const std::string& example) {
  std::vector<comparison> all;
  do
    all.push_back(take_relation(words, take(words, "a comparison, as in " + example)));
  while (!words.empty());
  return all;
}

results_expected results(words_left& words) {
  results_expected wanted;
  if (words.empty())
    return wanted;
  for (const auto& one : take_comparisons(words, "failed=1")) {
    if (one.op != relation::equal)
      throw std::invalid_argument("results are compared with = only");
    if (one.name == "reason")
      wanted.reason = one.value;
    else if (one.name == "done" || one.name == "failed" || one.name == "cancelled"
             || one.name == "lost")
      wanted.states[one.name] = number_from(one.value, 0, many);
    else
      throw std::invalid_argument("a result is done, failed, cancelled or lost, not " + one.name);
  }
  return wanted;
}

errors_expected errors(words_left& words) {
  errors_expected wanted;
  if (take_word(words, "none"))
    return wanted;
  if (!take_word(words, "only") || words.empty())
    throw std::invalid_argument(
        R"(write "expect errors none" or "expect errors only BUSY UNAVAILABLE closed silent")");
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
    throw std::invalid_argument("what is new are tickets or results, not " + what);
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

} // namespace

expect_step parse_expectation(words_left words) {
  expect_step wanted;
  if (words.size() >= 2 && words[words.size() - 2] == "within") {
    wanted.within = time_from(words.back());
    words.erase(words.end() - 2, words.end());
  }
  if (!words.empty() && words.front() != "log")
    words = split_operators(words);
  const auto what = take(words, std::string("something to expect; ") + forms);
  if (what == "results")
    wanted.what = results(words);
  else if (what == "nodes")
    wanted.what = nodes_expected{take_comparisons(words, "live=3")};
  else if (what == "node") {
    auto node = take(words, "the name of a node");
    wanted.what = node_expected{std::move(node), take_comparisons(words, "running=2")};
  } else if (what == "stats")
    wanted.what = stats_expected{take_comparisons(words, "queued=0")};
  else if (what == "spread") {
    words.push_front("spread");
    wanted.what = stats_expected{take_comparisons(words, "spread <= 1")};
  } else if (what == "errors")
    wanted.what = errors(words);
  else if (what == "marks")
    wanted.what = marks(words);
  else if (what == "new")
    wanted.what = news(words);
  else if (what == "log")
    wanted.what = log(words);
  else
    throw std::invalid_argument("\"" + what + "\" cannot be expected; " + forms);
  if (!words.empty())
    throw std::invalid_argument("\"" + words.front() + "\" is one word too many");
  return wanted;
}

} // namespace evenkeel::scenario
