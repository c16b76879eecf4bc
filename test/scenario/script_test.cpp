#include "scenario/script.hpp"

#include <doctest/doctest.h>

#include <string>
#include <variant>

using namespace evenkeel::scenario;

namespace {

const std::string cluster_of_three = "start proxy\nstart a b c\n";

/// The last step of a script that begins with a cluster of three.
template <class Step>
Step last(const std::string& line) {
  const auto all = parse(cluster_of_three + line + '\n');
  REQUIRE_FALSE(all.steps.empty());
  REQUIRE(std::holds_alternative<Step>(all.steps.back().what));
  return std::get<Step>(all.steps.back().what);
}

/// What is wrong with a line behind such a beginning; it is the third.
std::string problem(const std::string& line) {
  try {
    parse(cluster_of_three + line + '\n');
  } catch (const syntax_error& error) {
    CHECK(error.line == 3);
    return error.what();
  }
  return "nothing";
}

bool has(const std::string& text, const std::string& piece) {
  return text.find(piece) != std::string::npos;
}

template <class Expected>
Expected expected(const std::string& line) {
  const auto step = last<expect_step>(line);
  const auto* found = std::get_if<Expected>(&step.what);
  REQUIRE(found != nullptr);
  return *found;
}

} // namespace

TEST_CASE("blank lines and comments are no steps and lines keep their numbers") {
  const auto all = parse("# one\n\n  start proxy   # two\n\tstart a\r\n");
  REQUIRE(all.steps.size() == 2);
  CHECK(all.steps[0].line == 3);
  CHECK(all.steps[0].text == "start proxy");
  CHECK(all.steps[1].line == 4);
}

TEST_CASE("an empty script has no steps") {
  CHECK(parse("").steps.empty());
  CHECK(parse("\n# nothing").steps.empty());
}

TEST_CASE("what begins with two dashes goes to the process as it is") {
  const auto all = parse("start a b supervised --slots 4 --log-level debug");
  const auto step = std::get<process_step>(all.steps.at(0).what);
  CHECK(step.names == std::vector<std::string>{"a", "b"});
  CHECK(step.supervised);
  CHECK(step.options == std::vector<std::string>{"--slots", "4", "--log-level", "debug"});
}

TEST_CASE("all and nodes mean what was started further up") {
  CHECK(last<process_step>("kill all").names == std::vector<std::string>{"proxy", "a", "b", "c"});
  CHECK(last<process_step>("freeze nodes").names == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("a restart may be in any order") {
  CHECK(last<process_step>("restart all in any order").any_order);
  CHECK_FALSE(last<process_step>("restart a").any_order);
}

TEST_CASE("only a script that cuts links needs hosts") {
  CHECK_FALSE(parse(cluster_of_three + "kill a").hosts);
  CHECK(parse(cluster_of_three + "cut a").hosts);
  CHECK(last<process_step>("cut a b").cut == direction::both);
  CHECK(last<process_step>("cut a in").cut == direction::in);
  CHECK(last<process_step>("cut proxy out").cut == direction::out);
}

TEST_CASE("a job is everything behind the colon as it stands there") {
  const auto step = last<submit_step>("submit 20 to a b:  SUBMIT -- echo \"# x: y\"  | wc ");
  CHECK(step.count == 20);
  CHECK(step.homes == std::vector<std::string>{"a", "b"});
  CHECK(step.job == "SUBMIT -- echo \"# x: y\"  | wc");
}

TEST_CASE("a load has clients and perhaps a pace and homes") {
  const auto plain = last<load_step>("load 4: SLEEP 20");
  CHECK(plain.clients == 4);
  CHECK(plain.homes.empty());
  const auto full = last<load_step>("load 2 every 300ms to nodes: CALL -- noop");
  CHECK(full.pause == milliseconds{300});
  CHECK(full.homes.size() == 3);
  CHECK(full.job == "CALL -- noop");
  CHECK(last<load_step>("load off").clients == 0);
}

TEST_CASE("times are in seconds or milliseconds") {
  CHECK(last<pause_step>("pause 3s").time == milliseconds{3000});
  CHECK(last<pause_step>("pause 1.5s").time == milliseconds{1500});
  CHECK(last<pause_step>("pause 20ms").time == milliseconds{20});
  CHECK(has(problem("pause 3"), "\"3\" is not a time"));
  CHECK(has(problem("pause -1s"), "not a time"));
  CHECK(has(problem("pause"), "pause 3s"));
}

TEST_CASE("an expectation has a minute unless it says otherwise") {
  CHECK(last<expect_step>("expect results").within == milliseconds{60'000});
  CHECK(last<expect_step>("expect nodes live=3 within 5s").within == milliseconds{5000});
}

TEST_CASE("comparisons may have blanks or none") {
  const comparison wanted{"spread", relation::at_most, "1"};
  for (const auto* line : {"expect spread<=1", "expect spread <= 1", "expect spread <=1"})
    CHECK(expected<stats_expected>(line).figures == std::vector<comparison>{wanted});
  const auto node = expected<node_expected>("expect node c state=live running>2");
  CHECK(node.node == "c");
  CHECK(node.fields
        == std::vector<comparison>{{"state", relation::equal, "live"},
                                   {"running", relation::more, "2"}});
}

TEST_CASE("results are counted by state and may have a reason") {
  const auto wanted = expected<results_expected>("expect results failed=1 reason=lost-executor");
  CHECK(wanted.states == std::map<std::string, std::size_t>{{"failed", 1}});
  CHECK(wanted.reason == "lost-executor");
  CHECK(has(problem("expect results running=1"), "done, failed, cancelled or lost"));
  CHECK(has(problem("expect results failed>1"), "with = only"));
}

TEST_CASE("marks are counted all together, of each job or of the job with most") {
  CHECK(expected<marks_expected>("expect marks = 3")
        == marks_expected{mark_measure::lines, {"run", relation::equal, "3"}});
  CHECK(expected<marks_expected>("expect marks ended each <= 2")
        == marks_expected{mark_measure::each, {"ended", relation::at_most, "2"}});
  CHECK(expected<marks_expected>("expect marks most >= 2").measure == mark_measure::most);
  CHECK(has(problem("expect marks >= many"), "not a number"));
}

TEST_CASE("errors are named by their codes") {
  CHECK(expected<errors_expected>("expect errors only BUSY closed").allowed
        == std::set<std::string>{"BUSY", "closed"});
  CHECK(expected<errors_expected>("expect errors none").allowed.empty());
  CHECK(has(problem("expect errors"), "expect errors none"));
}

TEST_CASE("news and logs can be expected") {
  CHECK(expected<news_expected>("expect new tickets >= 50").number
        == comparison{"tickets", relation::at_least, "50"});
  const auto log = expected<log_expected>("expect log a says joined the cluster: x");
  CHECK(log.name == "a");
  CHECK(log.text == "joined the cluster: x");
}

TEST_CASE("a mistake is named with its line and with what to write instead") {
  CHECK(has(problem("frieze a"), "no verb \"frieze\""));
  CHECK(has(problem("frieze a"), "freeze"));
  CHECK(has(problem("kill d"), "no \"start d\" stands above"));
  CHECK(has(problem("start a"), "restart a"));
  CHECK(has(problem("start A"), "names are of a-z"));
  CHECK(has(problem("start all"), "cannot be a name"));
  CHECK(has(problem("kill"), "usage: kill NAME"));
  CHECK(has(problem("submit 0 to a: SLEEP 1"), "not a number from 1"));
  CHECK(has(problem("submit 1 to a"), "usage: submit"));
  CHECK(has(problem("submit 1 to proxy: SLEEP 1"), "not to the proxy"));
  CHECK(has(problem("submit 1 to a: STATUS x"), "write SUBMIT, CALL or SLEEP"));
  CHECK(has(problem("submit 1 to a: SUBMIT bytes=3"), "announces a body"));
  CHECK(has(problem("load: SLEEP 1"), "how many clients"));
  CHECK(has(problem("expect"), "results, nodes"));
  CHECK(has(problem("expect rain"), "\"rain\" cannot be expected"));
  CHECK(has(problem("expect nodes"), "live=3"));
  CHECK(has(problem("expect spread ~ 1"), "none of = !="));
  CHECK(has(problem("expect log a"), "says TEXT"));
  CHECK(has(problem("expect new things > 1"), "tickets or results"));
}

TEST_CASE("numbers are compared as numbers and other words only for being equal") {
  CHECK(holds("10", {"x", relation::more, "9"}));
  CHECK(holds("0.003", {"x", relation::at_most, "1"}));
  CHECK(holds("live", {"x", relation::equal, "live"}));
  CHECK(holds("away", {"x", relation::unequal, "live"}));
  CHECK_FALSE(holds("", {"x", relation::at_most, "1"}));
  CHECK_FALSE(holds("live", {"x", relation::more, "1"}));
}
