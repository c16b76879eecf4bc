#include "client/job_line.hpp"
#include "scenario/expect_parser.hpp"
#include "scenario/script.hpp"
#include "scenario/words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace evenkeel::scenario {

namespace {

constexpr std::size_t max_jobs = 100'000;   ///< of one submit
constexpr std::size_t max_clients = 100;    ///< of a load
constexpr std::size_t max_name_length = 32; ///< hosts bear the names

struct process_word {
  std::string_view name;
  process_verb what;
  std::string_view usage;
};

constexpr std::array<process_word, 9> process_words{{
    {"start", process_verb::start, "start NAME... [supervised] [--option value ...]"},
    {"stop", process_verb::stop, "stop NAME... | nodes | all"},
    {"kill", process_verb::kill, "kill NAME... | nodes | all"},
    {"freeze", process_verb::freeze, "freeze NAME... | nodes | all"},
    {"thaw", process_verb::thaw, "thaw NAME... | nodes | all"},
    {"restart", process_verb::restart, "restart NAME... | nodes | all [in any order]"},
    {"wipe", process_verb::wipe, "wipe NAME..."},
    {"cut", process_verb::cut, "cut NAME... [in | out]"},
    {"heal", process_verb::heal, "heal NAME... | nodes | all"},
}};

constexpr std::string_view submit_usage = "submit COUNT to NAME...: SUBMIT -- command";
constexpr std::string_view load_usage =
    "load CLIENTS [every TIME] [to NAME...]: SUBMIT -- command, or: load off";

[[noreturn]] void fail(const std::string& text) {
  throw std::invalid_argument(text);
}

[[noreturn]] void fail_with_usage(const std::string& text, std::string_view usage) {
  fail(text + "; usage: " + std::string(usage));
}

bool ends_with(std::deque<std::string>& words, const std::deque<std::string>& last) {
  if (words.size() < last.size()
      || !std::equal(last.begin(), last.end(), words.end() - static_cast<int>(last.size())))
    return false;
  words.erase(words.end() - static_cast<int>(last.size()), words.end());
  return true;
}

class parser {
public:
  script take_all(std::string_view text) {
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
  void take(int number, std::string_view line) {
    auto cut = cut_into_words(line);
    if (cut.words.empty())
      return;
    step next;
    next.line = number;
    next.text = join(cut.words) + (cut.has_job ? ": " + cut.job : "");
    const auto verb = cut.words.front();
    cut.words.pop_front();
    if (verb == "submit")
      next.what = submit(cut);
    else if (verb == "load")
      next.what = load(cut);
    else if (verb == "pause")
      next.what = pause(cut.words);
    else if (verb == "expect")
      next.what = expect(std::move(cut.words));
    else
      next.what = process(verb, std::move(cut.words));
    script_.steps.push_back(std::move(next));
  }

  process_step process(const std::string& verb, std::deque<std::string> words) {
    const auto* const word =
        std::find_if(process_words.begin(), process_words.end(),
                     [&verb](const auto& one) { return one.name == verb; });
    if (word == process_words.end())
      fail("there is no verb \"" + verb
           + "\"; there are start stop kill freeze thaw restart wipe cut heal submit load pause "
             "expect");
    process_step made;
    made.what = word->what;
    if (made.what == process_verb::start)
      take_start(made, words);
    else if (made.what == process_verb::restart)
      made.any_order = ends_with(words, {"in", "any", "order"});
    else if (made.what == process_verb::cut) {
      script_.hosts = true;
      if (ends_with(words, {"in"}))
        made.cut = direction::in;
      else if (ends_with(words, {"out"}))
        made.cut = direction::out;
    }
    if (words.empty())
      fail_with_usage("whom?", word->usage);
    if (made.what == process_verb::start)
      introduce(made, words);
    else
      made.names = known(words);
    return made;
  }

  static void take_start(process_step& made, std::deque<std::string>& words) {
    const auto options = std::find_if(words.begin(), words.end(), [](const std::string& word) {
      return word.starts_with("--");
    });
    made.options.assign(options, words.end());
    words.erase(options, words.end());
    made.supervised = ends_with(words, {"supervised"});
  }

  void check_new_name(const std::string& name) const {
    constexpr const char* letters = "abcdefghijklmnopqrstuvwxyz0123456789-";
    if (name.size() > max_name_length || name.find_first_not_of(letters) != std::string::npos)
      fail("\"" + name + "\": names are of a-z, 0-9 and -");
    if (name == "all" || name == "nodes" || name == "to")
      fail("\"" + name + "\" cannot be a name");
    if (std::find(names_.begin(), names_.end(), name) != names_.end())
      fail(name + " was started further up; to start it again: restart " + name);
  }

  void introduce(process_step& made, const std::deque<std::string>& words) {
    for (const auto& name : words) {
      check_new_name(name);
      names_.push_back(name);
      made.names.push_back(name);
    }
  }

  std::vector<std::string> known(const std::deque<std::string>& words) {
    std::vector<std::string> found;
    for (const auto& word : words) {
      if (word == "all")
        found = names_;
      else if (word == "nodes")
        std::copy_if(names_.begin(), names_.end(), std::back_inserter(found),
                     [](const std::string& name) { return name != proxy_name; });
      else
        found.push_back(require_known(word));
    }
    if (found.empty())
      fail("nothing was started further up");
    return found;
  }

  const std::string& require_known(const std::string& name) {
    if (std::find(names_.begin(), names_.end(), name) == names_.end())
      fail("no \"start " + name + "\" stands above");
    return name;
  }

  std::vector<std::string> homes(std::deque<std::string>& words) {
    auto found = known(words);
    words.clear();
    if (std::find(found.begin(), found.end(), proxy_name) != found.end())
      fail("jobs are submitted to nodes, not to the proxy");
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
    if (line.words.size() < 3 || line.words[1] != "to")
      fail_with_usage("how many, and where?", submit_usage);
    submit_step made;
    made.count = number_from(line.words[0], 1, max_jobs);
    line.words.erase(line.words.begin(), line.words.begin() + 2);
    made.homes = homes(line.words);
    made.job = line.job;
    return made;
  }

  load_step load(cut_line& line) {
    load_step made;
    if (!line.has_job && line.words == std::deque<std::string>{"off"})
      return made;
    check_job(line, load_usage);
    auto& words = line.words;
    if (words.empty())
      fail_with_usage("how many clients?", load_usage);
    made.clients = number_from(words.front(), 1, max_clients);
    words.pop_front();
    if (words.size() >= 2 && words.front() == "every") {
      made.pause = time_from(words[1]);
      words.erase(words.begin(), words.begin() + 2);
    }
    if (!words.empty() && words.front() == "to") {
      words.pop_front();
      made.homes = homes(words);
    }
    if (!words.empty())
      fail_with_usage("\"" + words.front() + "\" is not understood", load_usage);
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
    if (const auto* log = std::get_if<log_expected>(&made.what))
      require_known(log->name);
    if (const auto* node = std::get_if<node_expected>(&made.what))
      require_known(node->node);
    return made;
  }

  script script_;
  std::vector<std::string> names_; ///< started so far, in their order
};

} // namespace

script parse(std::string_view text) {
  return parser{}.take_all(text);
}

} // namespace evenkeel::scenario
