#include "script_parts.hpp"

#include <doctest/doctest.h>

#include <string>
#include <variant>

using namespace evenkeel::scenario;
using namespace evenkeel::test;

namespace {

template <class Expected>
Expected expected(const std::string& line) {
  const auto step = last<expect_step>(line);
  const auto* found = std::get_if<Expected>(&step.what);
  REQUIRE(found != nullptr);
  return *found;
}

} // namespace

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
  CHECK(expected<node_expected>("expect node c running==2").fields
        == std::vector<comparison>{{"running", relation::equal, "2"}});
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

TEST_CASE("what can be expected is named where something else stands") {
  CHECK(has(problem("expect"), "expect what? expect takes: results, nodes"));
  CHECK(has(problem("expect rain"), "\"rain\" cannot be expected"));
  CHECK(has(problem("expect nodes"), "live=3"));
  CHECK(has(problem("expect spread ~ 1"), "none of = !="));
  CHECK(has(problem("expect log a"), "says TEXT"));
  CHECK(has(problem("expect new things > 1"), "tickets or results"));
}

TEST_CASE("only states that nodes have are expected of nodes") {
  CHECK(has(problem("expect nodes alive=2"),
            "\"alive\" is no state of a node; there are: joining live draining suspected away"));
  CHECK(has(problem("expect nodes live=many"), "\"many\" is not a number"));
  CHECK(has(problem("expect nodes live=-1"), "\"-1\" is not a number"));
  CHECK(has(problem("expect nodes live"), "one of = != < <= > >= behind \"live\" is missing"));
  CHECK(has(problem("expect nodes live="), "what to compare \"live\" with is missing"));
  CHECK(expected<nodes_expected>("expect nodes live=2 away >= 0").states.size() == 2);
}

TEST_CASE("only fields of NODES are expected of a node") {
  CHECK(has(problem("expect node a sate=live"), "\"sate\" is no field of NODES; there are: state"));
  CHECK(has(problem("expect node a state=alive"), "\"alive\" is no state of a node"));
  CHECK(has(problem("expect node a state>live"), "state is compared with = or != only"));
  CHECK(has(problem("expect node a address<=x"), "address is compared with = or != only"));
  CHECK(has(problem("expect node a running=two"), "\"two\" is not a number"));
  CHECK(has(problem("expect node proxy running=2"), "the proxy is no node"));
  CHECK(has(problem("expect node d running=2"), "no \"start d\" stands above"));
  CHECK(expected<node_expected>("expect node a state!=away tickets=k7m2q").fields.size() == 2);
}

TEST_CASE("only figures of STATS are expected of the statistics") {
  CHECK(has(problem("expect stats foo"), "\"foo\" is no figure of STATS; there are: nodes slots"));
  CHECK(has(problem("expect stats foo=1"), "\"foo\" is no figure of STATS"));
  CHECK(has(problem("expect spread < x"), "\"x\" is not a number"));
  CHECK(has(problem("expect stats queued = 0.5"), "\"0.5\" is not a number"));
  CHECK(has(problem("expect stats even_share > high"), "\"high\" is not a number, like"));
  CHECK(has(problem("expect stats even_share > nan"), "\"nan\" is not a number"));
  CHECK(has(problem("expect stats mean_spread < 1e99"), "\"1e99\" is not a number"));
  CHECK(has(problem("expect stats queued = 99999999999999999999"), "is not a number from 0 to"));
  CHECK(expected<stats_expected>("expect stats even_share > 0.5 queued=0").figures.size() == 2);
}

TEST_CASE("only errors that clients can see are allowed") {
  CHECK(has(problem("expect errors only NONSENSE"),
            "\"NONSENSE\" is no error that clients can see; there are: BUSY UNAVAILABLE closed"));
  CHECK(has(problem("expect errors only busy"), "\"busy\" is no error"));
  CHECK(has(problem("expect errors none of them"), "one word too many"));
  CHECK(has(problem("expect errors none within 5s"), "looked at once"));
}

TEST_CASE("results are named once and a reason has results") {
  CHECK(has(problem("expect results failed=1 failed=2"), "failed= stands there twice"));
  CHECK(has(problem("expect results reason=lost-executor"), "say how many"));
  CHECK(has(problem("expect results done"), "behind \"done\" is missing"));
  CHECK(has(problem("expect results failed=x"), "\"x\" is not a number"));
}

TEST_CASE("a time that is no time is refused") {
  for (const auto* time : {"5", "nans", "infs", "-1s", "1e9s", "s", "25h", "86401s"})
    CHECK(has(problem(std::string("expect results within ") + time), "is not a time"));
  CHECK(has(problem("expect results within"), "behind \"within\" a time is missing"));
  CHECK(last<expect_step>("expect results within 86400s").within == milliseconds{86'400'000});
}

TEST_CASE("marks and news have numbers") {
  CHECK(has(problem("expect marks"), "is missing"));
  CHECK(has(problem("expect marks run twice = 2"), "\"twice\" is none of = !="));
  CHECK(has(problem("expect new results >= 1.5"), "not a number"));
  CHECK(has(problem("expect new"), "\"tickets\" or \"results\""));
}

TEST_CASE("numbers are compared as numbers and other words only for being equal") {
  CHECK(holds("10", {"x", relation::more, "9"}));
  CHECK(holds("0.003", {"x", relation::at_most, "1"}));
  CHECK(holds("live", {"x", relation::equal, "live"}));
  CHECK(holds("away", {"x", relation::unequal, "live"}));
  CHECK_FALSE(holds("", {"x", relation::at_most, "1"}));
  CHECK_FALSE(holds("live", {"x", relation::more, "1"}));
}
