#include "client/job_line.hpp"
#include "scenario/expect_parser.hpp"
#include "scenario/names.hpp"
#include "scenario/process_parser.hpp"
#include "scenario/script.hpp"
#include "scenario/words.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::scenario {

namespace {

constexpr std::size_t max_jobs = 100'000; ///< of one submit
constexpr std::size_t max_clients = 100;  ///< of a load
constexpr std::size_t shown_step = 300;   ///< characters of a step in a message

constexpr std::string_view submit_usage = "submit COUNT to NAME...: SUBMIT -- command";
constexpr std::string_view load_usage =
    "load CLIENTS [every TIME] [to NAME...]: SUBMIT -- command, or: load off";

[[noreturn]] void fail(const std::string& text) {
  throw std::invalid_argument(text);
}

/// Some editors put it at the beginning of a file.
std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  text.remove_prefix(text.starts_with(mark) ? mark.size() : 0);
  return text;
}

class parser {
public:
  script take_all(std::string_view text) {
    if (text.size() > max_script_bytes)
      throw syntax_error(0, "a script has at most " + std::to_string(max_script_bytes) + " bytes");
    text = without_byte_order_mark(text);
    for (int number = 1; !text.empty(); ++number) {
      const auto line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(text.size(), line.size() + 1));
      try {
        take(number, line);
      } catch (const std::invalid_argument& error) {
        throw syntax_error(number, error.what());
      }
    }
    return std::move(script_);
  }

private:
  static void check(std::string_view line) {
    if (line.size() > max_line_bytes)
      fail("a line has at most " + std::to_string(max_line_bytes) + " bytes");
    if (line.find('\0') != std::string_view::npos)
      fail("there is a NUL byte: a script is a plain text");
  }

  void take(int number, std::string_view line) {
    check(line);
    auto cut = cut_into_words(line);
    if (cut.words.empty())
      return;
    if (script_.steps.size() >= max_steps)
      fail("a script has at most " + std::to_string(max_steps) + " steps");
    step next;
    next.line = number;
    next.text = shown(join(cut.words) + (cut.has_job ? ": " + cut.job : ""), shown_step);
    const auto verb = cut.words.front();
    cut.words.pop_front();
    if (verb == "submit")
      next.what = submit(cut);
    else if (verb == "load")
      next.what = load(cut);
    else if (verb == "spawn")
      next.what = parse_spawn(std::move(cut.words), names_);
    else if (verb == "despawn")
      next.what = parse_despawn(cut.words, names_);
    else if (verb == "pause")
      next.what = pause(cut.words);
    else if (verb == "expect")
      next.what = expect(std::move(cut.words));
    else
      next.what = process(verb, cut);
    script_.steps.push_back(std::move(next));
  }

  process_step process(const std::string& verb, cut_line& line) {
    auto made = parse_process(verb, std::move(line.words), names_);
    script_.hosts = script_.hosts || made.what == process_verb::cut;
    return made;
  }

  std::vector<std::string> homes(std::deque<std::string>& words, std::string_view usage) const {
    if (words.empty())
      fail_with_usage("behind \"to\" a name is missing", usage);
    auto found = names_.select(words, audience::homes, usage);
    words.clear();
    return found;
  }

  static void check_job(const cut_line& line, std::string_view usage) {
    if (!line.has_job)
      fail_with_usage("a job is missing behind a colon", usage);
    if (const auto problem = client::problem_of_job_line(line.job); !problem.empty())
      fail("the job: " + problem);
  }

  submit_step submit(cut_line& line) {
    check_job(line, submit_usage);
    if (line.words.size() < 2 || line.words[1] != "to")
      fail_with_usage("how many, and where?", submit_usage);
    submit_step made;
    made.count = number_from(line.words[0], 1, max_jobs);
    line.words.erase(line.words.begin(), line.words.begin() + 2);
    made.homes = homes(line.words, submit_usage);
    made.job = line.job;
    return made;
  }

  load_step load(cut_line& line) {
    load_step made;
    if (!line.has_job && line.words == std::deque<std::string>{"off"})
      return made;
    check_job(line, load_usage);
    auto& words = line.words;
    if (words.empty() || words.front() == "off")
      fail_with_usage("how many clients?", load_usage);
    made.clients = number_from(words.front(), 1, max_clients);
    words.pop_front();
    if (!words.empty() && words.front() == "every") {
      if (words.size() < 2)
        fail_with_usage("behind \"every\" a time is missing, like 50ms", load_usage);
      made.pause = time_from(words[1]);
      words.erase(words.begin(), words.begin() + 2);
    }
    if (!words.empty() && words.front() == "to") {
      words.pop_front();
      made.homes = homes(words, load_usage);
    }
    if (!words.empty())
      fail_with_usage(quoted(words.front()) + " is not understood", load_usage);
    made.job = line.job;
    return made;
  }

  static pause_step pause(const std::deque<std::string>& words) {
    if (words.size() != 1)
      fail_with_usage("how long?", "pause 3s");
    return {time_from(words.front())};
  }

  expect_step expect(std::deque<std::string> words) {
    auto made = parse_expectation(std::move(words));
    if (const auto* log = std::get_if<log_expected>(&made.what)) {
      names_.require(log->name, "expect log NAME says TEXT");
      if (names_.kind(log->name) == member_kind::spawned)
        fail(log->name + " writes into the log of its host, " + names_.host_of(log->name));
    }
    if (const auto* node = std::get_if<node_expected>(&made.what)) {
      names_.require(node->node, "expect node NAME running=2");
      if (names_.kind(node->node) == member_kind::host)
        fail(node->node + " is a host, and NODES does not list it");
    }
    return made;
  }

  script script_;
  known_names names_;
};

} // namespace

script parse(std::string_view text) {
  return parser{}.take_all(text);
}

} // namespace evenkeel::scenario
