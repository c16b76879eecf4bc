#include "scenario/expectations.hpp"

#include "client/replies.hpp"
#include "scenario/marks.hpp"
#include "scenario/questions.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <string>

namespace evenkeel::scenario {

namespace {

std::string field(const std::string& text, const std::string& name) {
  return std::string(client::find_field(text, name).value_or(""));
}

/// Each of these returns what it saw if that is not what was wanted, else nothing.
class look {
public:
  explicit look(world& all)
      : all_(all), tickets_before_(all.book.tickets()), results_before_(all.book.results()) {}

  /// Waiting cannot mend what the last look has seen: results never change.
  [[nodiscard]] bool hopeless() const { return hopeless_; }

  std::string operator()(const results_expected& wanted) {
    all_.collect_results();
    std::map<std::string, std::size_t> states;
    for (const auto& [state, number] : wanted.states)
      states[state] = 0;
    std::size_t open = 0;
    std::string other_reason;
    for (const auto& [ticket, home] : all_.book.all()) {
      const auto result = all_.book.result_of(ticket);
      if (result.empty()) {
        open += all_.processes.running(home) ? 1 : 0;
        continue;
      }
      const auto state = field(result, "state");
      ++states[state];
      if (state != "done" && !wanted.reason.empty() && field(result, "reason") != wanted.reason)
        other_reason = result;
    }
    auto expected = wanted.states;
    for (const auto& [state, number] : states)
      if (state == "done" && !wanted.states.contains("done"))
        expected[state] = number;
    if (open == 0 && states == expected && other_reason.empty())
      return {};
    hopeless_ = !other_reason.empty()
                || std::any_of(states.begin(), states.end(), [&expected](const auto& one) {
                     return one.second > expected[one.first];
                   });
    std::string seen = std::to_string(open) + " without";
    for (const auto& [state, number] : states)
      seen += ", " + std::to_string(number) + " " + state;
    if (!other_reason.empty())
      seen += "; " + other_reason;
    return seen + (open > 0 && !all_.trouble.empty() ? "; " + all_.trouble : "");
  }

  std::string operator()(const nodes_expected& wanted) const {
    const auto nodes = ask_list(all_.processes, "NODES");
    std::map<std::string, std::size_t> states;
    for (const auto& record : nodes.records)
      ++states[field(record, "state")];
    for (const auto& one : wanted.states)
      if (!nodes.trouble.empty() || !holds(std::to_string(states[one.name]), one))
        return all_of(nodes);
    return {};
  }

  std::string operator()(const node_expected& wanted) const {
    const auto nodes = ask_list(all_.processes, "NODES");
    for (const auto& record : nodes.records)
      if (field(record, "node") == wanted.node && hold(record, wanted.fields))
        return {};
    return all_of(nodes);
  }

  std::string operator()(const stats_expected& wanted) const {
    const auto stats = ask_list(all_.processes, "STATS");
    const auto figures = all_of(stats);
    return stats.trouble.empty() && hold(figures, wanted.figures) ? "" : figures;
  }

  std::string operator()(const errors_expected& wanted) const {
    std::string seen;
    for (const auto& [code, number] : all_.errors.counts())
      if (!wanted.allowed.contains(code))
        seen += (seen.empty() ? "" : "; ") + std::to_string(number) + " of " + code + ", as in \""
                + all_.errors.example(code) + "\"";
    return seen;
  }

  std::string operator()(const marks_expected& wanted) const {
    return unlike_marks(wanted, all_.directory / "marks");
  }

  std::string operator()(const news_expected& wanted) const {
    const bool tickets = wanted.number.name == "tickets";
    if (!tickets)
      all_.collect_results();
    const auto seen = std::to_string(tickets ? all_.book.tickets() - tickets_before_
                                             : all_.book.results() - results_before_);
    return holds(seen, wanted.number) ? "" : seen + " new " + wanted.number.name;
  }

  std::string operator()(const log_expected& wanted) const {
    const auto log = all_.processes.log(wanted.name);
    return log.find(wanted.text) != std::string::npos ? "" : "no such line in its log";
  }

private:
  static bool hold(const std::string& record, const std::vector<comparison>& wanted) {
    return std::all_of(wanted.begin(), wanted.end(), [&record](const auto& one) {
      return holds(field(record, one.name), one);
    });
  }

  static std::string all_of(const list_answer& list) {
    if (!list.trouble.empty())
      return list.trouble;
    std::string text;
    for (const auto& record : list.records)
      text += (text.empty() ? "" : " ") + record;
    for (auto& c : text)
      if (c == '\t')
        c = ' ';
    return text;
  }

  world& all_;
  std::size_t tickets_before_;
  std::size_t results_before_;
  bool hopeless_ = false;
};

/// Waiting cannot mend these.
bool is_final(const expect_step& wanted) {
  return std::holds_alternative<errors_expected>(wanted.what);
}

} // namespace

void await(const expect_step& wanted, world& all) {
  look eyes{all};
  std::string seen;
  const auto within = is_final(wanted) ? milliseconds{0} : wanted.within;
  const bool so = all.wait.until(within, [&] {
    seen = std::visit(eyes, wanted.what);
    return seen.empty() || eyes.hopeless();
  });
  if (so && seen.empty())
    return;
  std::ostringstream time;
  time << static_cast<double>(all.wait.stretched(within).count()) / 1000;
  const bool waited = !is_final(wanted) && !eyes.hopeless();
  throw failure((waited ? "not so within " + time.str() + " s" : "not so") + "; seen: " + seen);
}

} // namespace evenkeel::scenario
