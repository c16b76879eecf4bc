// The proxy's side of questions: to the home that a ticket names, or to everyone.
#include "actors/core/query_router.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::core::test {

namespace {

const ledger_id a{1, 1};
const ledger_id b{2, 2};
const ledger_id c{3, 3};

client_request request_of(request_kind kind, const std::string& code) {
  client_request made;
  made.kind = kind;
  made.subject = {code, 5};
  return made;
}

client_request list_of(std::uint32_t limit) {
  client_request made;
  made.kind = request_kind::list;
  made.everywhere = true;
  made.limit = limit;
  return made;
}

job_view job(const std::string& code, std::uint64_t sequence, std::int64_t submitted_ms) {
  job_view made;
  made.name = {code, sequence};
  made.submitted_ms = submitted_ms;
  return made;
}

client_answer answer_with(errc code, std::vector<job_view> jobs = {}) {
  client_answer made;
  made.kind = request_kind::list;
  made.code = code;
  made.jobs = std::move(jobs);
  return made;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Nodes a, b, c with codes aaaaa, bbbbb, ccccc.
struct fixture {
  query_router router{question_limits{4, 1000}};
  instant now{1'000'000, 0};
  std::map<ledger_id, std::uint64_t> links;
  std::uint64_t last_link = 0;
  std::map<ledger_id, std::vector<query>> queries;
  std::map<ledger_id, std::vector<std::uint64_t>> abandoned;
  std::map<ledger_id, std::vector<answer>> answers;

  template <class Step>
  void run(Step step) {
    router_effects fx;
    step(fx);
    CHECK(fx.changes.empty());
    for (auto& output : fx.outputs) {
      auto* sent = std::get_if<to_node>(&output);
      REQUIRE(sent);
      CHECK(sent->link == links[sent->ledger]);
      if (auto* asked = std::get_if<query>(&sent->content))
        queries[sent->ledger].push_back(std::move(*asked));
      if (auto* given_up = std::get_if<abandon>(&sent->content))
        abandoned[sent->ledger].push_back(given_up->question);
      if (auto* told = std::get_if<answer>(&sent->content))
        answers[sent->ledger].push_back(std::move(*told));
    }
  }
  void up(const ledger_id& node) {
    links[node] = ++last_link;
    const auto letter = static_cast<char>('a' + node.low - 1);
    node_up event;
    event.ledger = node;
    event.link = last_link;
    event.code = std::string(5, letter);
    event.name = std::string(1, letter);
    run([&](auto& fx) { router.on_node_up(event, now, fx); });
  }
  void down(const ledger_id& node) {
    const auto link = std::exchange(links[node], 0);
    run([&](auto& fx) { router.on_node_down({node, link, false}, now, fx); });
  }
  void say(const ledger_id& node, node_message content) {
    run([&](auto& fx) { router.on_message({node, links[node], std::move(content)}, now, fx); });
  }
  void ask(const ledger_id& node, std::uint64_t question, const client_request& request) {
    say(node, query{question, request.subject.code, request});
  }
  void tell(const ledger_id& node, client_answer content) {
    REQUIRE_FALSE(queries[node].empty());
    say(node, answer{0, queries[node].back().question, std::move(content)});
  }
  void pass(std::int64_t ms) {
    now.steady_us += ms * us_per_ms;
    run([&](auto& fx) { router.on_tick(now, fx); });
  }
  client_answer only_answer(const ledger_id& node, std::uint64_t question) {
    REQUIRE(answers[node].size() == 1);
    CHECK(answers[node][0].question == question);
    return std::exchange(answers[node], {}).front().content;
  }
};

} // namespace

TEST_SUITE("query_router") {

  TEST_CASE("a question reaches the home of its ticket under a number of that hop") {
    fixture x;
    x.up(a);
    x.up(b);
    x.up(c);
    x.ask(a, 7, request_of(request_kind::status, "bbbbb"));
    x.ask(c, 7, request_of(request_kind::result, "bbbbb"));
    REQUIRE(x.queries[b].size() == 2);
    CHECK(x.queries[b][0].request == request_of(request_kind::status, "bbbbb"));
    CHECK(x.queries[b][0].home_code == "bbbbb");
    CHECK(x.queries[b][0].question != x.queries[b][1].question);
    x.tell(b, answer_with(errc::not_found));
    const auto told = x.only_answer(c, 7);
    CHECK(told.code == errc::not_found);
    CHECK(told.kind == request_kind::result);
    CHECK(told.subject == ticket{"bbbbb", 5});
    CHECK(x.answers[a].empty());
    CHECK(x.router.pending() == 1);
  }

  TEST_CASE("an answer counts only from the home that was asked, and once") {
    fixture x;
    x.up(a);
    x.up(b);
    x.up(c);
    x.ask(a, 7, request_of(request_kind::status, "bbbbb"));
    const auto question = x.queries[b][0].question;
    x.say(c, answer{0, question, answer_with(errc::ok)});
    x.say(b, answer{0, question + 1, answer_with(errc::ok)});
    CHECK(x.answers[a].empty());
    x.say(b, answer{0, question, answer_with(errc::ok)});
    x.say(b, answer{0, question, answer_with(errc::ok)});
    CHECK(x.answers[a].size() == 1);
    x.say(a, abandon{7});
    x.pass(10'000);
    CHECK(x.abandoned[b].empty());
    CHECK(x.answers[a].size() == 1);
  }

  TEST_CASE("R15: a code that nobody has is unavailable and never not found") {
    fixture x;
    x.up(a);
    x.ask(a, 7, request_of(request_kind::status, "zzzzz"));
    const auto told = x.only_answer(a, 7);
    CHECK(told.code == errc::unavailable);
    CHECK(told.subject == ticket{"zzzzz", 5});
    CHECK(told.text == "no node with tickets zzzzz-... is known here");
  }

  TEST_CASE("R15: a home that is away is unavailable by name, even if a restart lies between") {
    fixture x;
    SUBCASE("seen by this proxy process") {
      x.up(b);
      x.down(b);
    }
    SUBCASE("known from disk") {
      x.router.recover(record::member{b, "bbbbb", "b", {1, 1}, 4, {}});
    }
    x.up(a);
    x.ask(a, 7, request_of(request_kind::status, "bbbbb"));
    const auto told = x.only_answer(a, 7);
    CHECK(told.code == errc::unavailable);
    CHECK(contains(told.text, "node b"));
    CHECK(contains(told.text, "is away"));
  }

  TEST_CASE("questions that wait for a home are unavailable when its link breaks") {
    fixture x;
    x.up(a);
    x.up(b);
    x.ask(a, 7, request_of(request_kind::wait, "bbbbb"));
    x.down(b);
    const auto told = x.only_answer(a, 7);
    CHECK(told.code == errc::unavailable);
    CHECK(contains(told.text, "node b"));
    CHECK(x.router.pending() == 0);
  }

  TEST_CASE("the questions of a node whose link breaks are abandoned at their homes") {
    fixture x;
    x.up(a);
    x.up(b);
    x.ask(a, 7, request_of(request_kind::wait, "bbbbb"));
    x.down(a);
    CHECK(x.abandoned[b] == std::vector{x.queries[b][0].question});
    CHECK(x.router.pending() == 0);
    x.up(a);
    x.tell(b, answer_with(errc::ok));
    CHECK(x.answers[a].empty());
  }

  TEST_CASE("a link that is replaced without a word ends its questions too") {
    fixture x;
    x.up(a);
    x.up(b);
    x.ask(a, 7, request_of(request_kind::status, "bbbbb"));
    x.up(b);
    CHECK(x.only_answer(a, 7).code == errc::unavailable);
  }

  TEST_CASE("an abandoned question is passed on and its answer dropped") {
    fixture x;
    x.up(a);
    x.up(b);
    x.ask(a, 7, request_of(request_kind::wait, "bbbbb"));
    x.say(a, abandon{8});
    CHECK(x.abandoned[b].empty());
    x.say(a, abandon{7});
    CHECK(x.abandoned[b] == std::vector{x.queries[b][0].question});
    x.tell(b, answer_with(errc::ok));
    CHECK(x.answers[a].empty());
    CHECK(x.router.pending() == 0);
  }

  TEST_CASE("a live home that does not answer in time is unavailable by name") {
    fixture x;
    x.up(a);
    x.up(b);
    auto wait = request_of(request_kind::wait, "bbbbb");
    wait.timeout_ms = 5000;
    x.ask(a, 7, request_of(request_kind::status, "bbbbb"));
    x.ask(a, 8, wait);
    wait.timeout_ms = wait_for_ever;
    x.ask(a, 9, wait);
    x.pass(999);
    CHECK(x.answers[a].empty());
    x.pass(1);
    const auto told = x.only_answer(a, 7);
    CHECK(told.code == errc::unavailable);
    CHECK(contains(told.text, "node b"));
    CHECK(x.abandoned[b] == std::vector{x.queries[b][0].question});
    x.pass(4999);
    CHECK(x.answers[a].empty());
    x.pass(1);
    CHECK(x.only_answer(a, 8).kind == request_kind::wait);
    x.pass(1'000'000);
    CHECK(x.router.pending() == 1);
  }

  TEST_CASE("too many open questions at the proxy are busy") {
    fixture x;
    x.up(a);
    x.up(b);
    for (std::uint64_t question = 1; question <= 5; ++question)
      x.ask(a, question, request_of(request_kind::status, "bbbbb"));
    CHECK(x.queries[b].size() == 4);
    CHECK(x.only_answer(a, 5).code == errc::busy);
  }

  TEST_CASE("nodes and stats are not the router's matter") {
    fixture x;
    x.up(a);
    x.ask(a, 7, request_of(request_kind::nodes, ""));
    x.ask(a, 8, request_of(request_kind::stats, ""));
    CHECK(x.answers[a].empty());
    CHECK(x.router.pending() == 0);
  }

  TEST_CASE("old mail of a broken link asks nothing") {
    fixture x;
    x.up(a);
    x.up(b);
    x.run([&](auto& fx) {
      const query asked{7, "bbbbb", request_of(request_kind::status, "bbbbb")};
      x.router.on_message({a, 99, asked}, x.now, fx);
    });
    CHECK(x.router.pending() == 0);
  }

  // -- lists of all nodes ------------------------------------------------------------------------

  TEST_CASE("a list everywhere asks every live node, the asker too, and merges newest first") {
    fixture x;
    x.up(a);
    x.up(b);
    x.up(c);
    x.ask(a, 7, list_of(100));
    CHECK(x.queries[b].at(0).request == list_of(100));
    CHECK(x.queries[b].at(0).home_code == "bbbbb");
    x.tell(c, answer_with(errc::ok, {job("ccccc", 1, 50)}));
    x.tell(a, answer_with(errc::ok, {job("aaaaa", 2, 50), job("aaaaa", 1, 50)}));
    CHECK(x.answers[a].empty());
    x.tell(b, answer_with(errc::ok, {job("bbbbb", 9, 90), job("bbbbb", 8, 10)}));
    const auto told = x.only_answer(a, 7);
    CHECK(told.kind == request_kind::list);
    CHECK(told.code == errc::ok);
    CHECK_FALSE(told.more);
    CHECK(told.text.empty());
    CHECK(told.jobs
          == std::vector{job("bbbbb", 9, 90), job("aaaaa", 2, 50), job("aaaaa", 1, 50),
                         job("ccccc", 1, 50), job("bbbbb", 8, 10)});
    CHECK(x.router.pending() == 0);
  }

  TEST_CASE("a merged list is cut to its limit and says that more follows") {
    fixture x;
    x.up(a);
    x.up(b);
    SUBCASE("because it was cut") {
      x.ask(a, 7, list_of(2));
      x.tell(a, answer_with(errc::ok, {job("aaaaa", 1, 10), job("aaaaa", 2, 30)}));
      x.tell(b, answer_with(errc::ok, {job("bbbbb", 1, 20)}));
      const auto told = x.only_answer(a, 7);
      CHECK(told.jobs == std::vector{job("aaaaa", 2, 30), job("bbbbb", 1, 20)});
      CHECK(told.more);
    }
    SUBCASE("because a node has more") {
      x.ask(a, 7, list_of(2));
      auto part = answer_with(errc::ok, {job("aaaaa", 1, 10)});
      part.more = true;
      x.tell(a, part);
      x.tell(b, answer_with(errc::ok));
      CHECK(x.only_answer(a, 7).more);
    }
  }

  TEST_CASE("a list everywhere names the nodes that it lacks") {
    fixture x;
    x.up(a);
    SUBCASE("away from the start") {
      x.up(b);
      x.down(b);
      x.ask(a, 7, list_of(10));
      x.tell(a, answer_with(errc::ok, {job("aaaaa", 1, 1)}));
      CHECK(x.only_answer(a, 7).text == "node b is away");
    }
    SUBCASE("gone while it was asked") {
      x.up(b);
      x.ask(a, 7, list_of(10));
      x.tell(a, answer_with(errc::ok));
      x.down(b);
      CHECK(x.only_answer(a, 7).text == "node b is away");
    }
    SUBCASE("too slow") {
      x.up(b);
      x.up(c);
      x.ask(a, 7, list_of(10));
      x.tell(a, answer_with(errc::ok, {job("aaaaa", 1, 1)}));
      x.pass(1000);
      const auto told = x.only_answer(a, 7);
      CHECK(told.code == errc::ok);
      CHECK(told.jobs.size() == 1);
      CHECK(told.text == "node b did not answer in time, node c did not answer in time");
      CHECK(x.abandoned[b].size() == 1);
    }
    SUBCASE("refusing") {
      x.up(b);
      x.ask(a, 7, list_of(10));
      x.tell(b, answer_with(errc::busy));
      x.tell(a, answer_with(errc::ok));
      CHECK(x.only_answer(a, 7).text == "node b answered BUSY");
    }
    CHECK(x.router.pending() == 0);
  }

  TEST_CASE("a retired node is neither known nor missed") {
    fixture x;
    x.up(a);
    x.up(b);
    x.router.on_retired(a); // lives: nothing happens
    x.down(b);
    x.router.on_retired(b);
    x.ask(a, 7, list_of(10));
    x.tell(a, answer_with(errc::ok));
    CHECK(x.only_answer(a, 7).text.empty());
    x.ask(a, 8, request_of(request_kind::status, "bbbbb"));
    CHECK(contains(x.only_answer(a, 8).text, "is known here"));
  }

  TEST_CASE("an abandoned list everywhere is abandoned at every node") {
    fixture x;
    x.up(a);
    x.up(b);
    x.ask(a, 7, list_of(10));
    x.tell(a, answer_with(errc::ok));
    x.say(a, abandon{7});
    CHECK(x.abandoned[a].empty());
    CHECK(x.abandoned[b].size() == 1);
    CHECK(x.router.pending() == 0);
  }
}

} // namespace evenkeel::core::test
