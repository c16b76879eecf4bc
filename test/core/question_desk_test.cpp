// A node's side of questions that only another process can answer.
#include "actors/core/query_router.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::core::test {

namespace {

const requester session_1{false, 1, 1};
const requester session_2{false, 2, 1};
const ticket subject{"k7m2q", 5};

client_request request_of(request_kind kind) {
  client_request made;
  made.kind = kind;
  made.subject = subject;
  return made;
}

client_request cluster_request(request_kind kind) {
  client_request made;
  made.kind = kind;
  made.everywhere = true;
  return made;
}

client_request wait_for(std::int64_t timeout_ms) {
  auto made = request_of(request_kind::wait);
  made.timeout_ms = timeout_ms;
  return made;
}

constexpr question_limits small{3, 1000};

struct fixture {
  question_desk desk{small};
  instant now{1'000'000, 0};
  std::vector<reply> replies;
  std::vector<query> queries; ///< all since the start
  std::vector<std::uint64_t> abandoned;
  std::uint64_t link = 0;

  template <class Step>
  void run(Step step) {
    desk_effects fx;
    step(fx);
    CHECK(fx.changes.empty());
    for (auto& output : fx.outputs) {
      if (auto* told = std::get_if<reply>(&output))
        replies.push_back(std::move(*told));
      if (auto* sent = std::get_if<to_proxy>(&output)) {
        CHECK(sent->link == link);
        if (auto* asked = std::get_if<query>(&sent->content))
          queries.push_back(std::move(*asked));
        if (auto* given_up = std::get_if<abandon>(&sent->content))
          abandoned.push_back(given_up->question);
      }
    }
  }
  void up() {
    ++link;
    run([&](auto& fx) { desk.on_link_up(link, now, fx); });
  }
  void down() {
    run([&](auto& fx) { desk.on_link_down(now, fx); });
  }
  void ask(const requester& from, const client_request& request) {
    run([&](auto& fx) { desk.on_request(from, request, now, fx); });
  }
  void tell(std::uint64_t question, client_answer content) {
    run([&](auto& fx) { desk.on_message(answer{0, question, std::move(content)}, now, fx); });
  }
  void pass(std::int64_t ms) {
    now.steady_us += ms * us_per_ms;
    run([&](auto& fx) { desk.on_tick(now, fx); });
  }
  client_answer only_reply(const requester& to) {
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].to == to);
    return std::exchange(replies, {}).front().content;
  }
};

client_answer answer_with(errc code, std::string text = {}) {
  client_answer made;
  made.code = code;
  made.text = std::move(text);
  return made;
}

} // namespace

TEST_SUITE("question_desk") {

  TEST_CASE("a question about a ticket goes to the ledger that the ticket names") {
    fixture x;
    x.up();
    for (auto kind : {request_kind::status, request_kind::result, request_kind::cancel})
      x.ask(session_1, request_of(kind));
    REQUIRE(x.queries.size() == 3);
    for (const auto& asked : x.queries)
      CHECK(asked.home_code == "k7m2q");
    CHECK(x.queries[1].request == request_of(request_kind::result));
    CHECK(x.desk.pending() == 3);
  }

  TEST_CASE("questions about the cluster name no ledger") {
    fixture x;
    x.up();
    for (auto kind : {request_kind::nodes, request_kind::stats, request_kind::list})
      x.ask(session_1, cluster_request(kind));
    REQUIRE(x.queries.size() == 3);
    for (const auto& asked : x.queries)
      CHECK(asked.home_code.empty());
  }

  TEST_CASE("what no other node can answer is refused") {
    fixture x;
    x.up();
    x.ask(session_1, request_of(request_kind::submit));
    CHECK(x.only_reply(session_1).code == errc::internal);
    CHECK(x.queries.empty());
  }

  TEST_CASE("an answer goes to its asker with the request's kind and subject") {
    fixture x;
    x.up();
    x.ask(session_1, request_of(request_kind::status));
    x.ask(session_2, request_of(request_kind::forget));
    x.tell(x.queries[1].question, answer_with(errc::ok, "gone"));
    const auto told = x.only_reply(session_2);
    CHECK(told.kind == request_kind::forget);
    CHECK(told.subject == subject);
    CHECK(told.text == "gone");
    CHECK(x.desk.pending() == 1);
  }

  TEST_CASE("late and unknown answers are dropped") {
    fixture x;
    x.up();
    x.ask(session_1, request_of(request_kind::status));
    const auto question = x.queries[0].question;
    x.tell(question + 7, answer_with(errc::ok));
    CHECK(x.replies.empty());
    x.tell(question, answer_with(errc::ok));
    x.tell(question, answer_with(errc::ok));
    CHECK(x.replies.size() == 1);
    x.run([&](auto& fx) { x.desk.on_session_closed(1, fx); });
    x.pass(10'000);
    CHECK(x.abandoned.empty());
    CHECK(x.replies.size() == 1);
  }

  TEST_CASE("R15: without a proxy a ticket of another ledger is unavailable and never not found") {
    fixture x;
    x.ask(session_1, request_of(request_kind::status));
    const auto told = x.only_reply(session_1);
    CHECK(told.code == errc::unavailable);
    CHECK(told.kind == request_kind::status);
    CHECK(told.subject == subject);
    CHECK(told.text.find("no connection to the proxy") != std::string::npos);
  }

  TEST_CASE("too many open questions are busy") {
    fixture x;
    x.up();
    for (int i = 0; i < 4; ++i)
      x.ask(session_1, request_of(request_kind::status));
    CHECK(x.queries.size() == 3);
    CHECK(x.only_reply(session_1).code == errc::busy);
  }

  // -- time --------------------------------------------------------------------------------------

  TEST_CASE("a proxy that does not answer makes a question unavailable, and it is abandoned") {
    fixture x;
    x.up();
    x.ask(session_1, request_of(request_kind::status));
    x.pass(1499);
    CHECK(x.replies.empty());
    x.pass(1);
    CHECK(x.only_reply(session_1).code == errc::unavailable);
    CHECK(x.abandoned == std::vector{x.queries[0].question});
    CHECK(x.desk.pending() == 0);
  }

  TEST_CASE("a wait is given its own time besides") {
    fixture x;
    x.up();
    x.ask(session_1, wait_for(10'000));
    x.pass(11'499);
    CHECK(x.replies.empty());
    x.pass(1);
    CHECK(x.only_reply(session_1).code == errc::unavailable);
  }

  TEST_CASE("a wait without an end never times out") {
    fixture x;
    x.up();
    x.ask(session_1, wait_for(wait_for_ever));
    x.ask(session_2, wait_for(std::numeric_limits<std::int64_t>::max()));
    x.pass(1'000'000'000);
    CHECK(x.replies.empty());
    CHECK(x.desk.pending() == 2);
  }

  // -- links -------------------------------------------------------------------------------------

  TEST_CASE("a broken link makes every question but a wait unavailable") {
    fixture x;
    x.up();
    x.ask(session_1, request_of(request_kind::cancel));
    x.ask(session_2, wait_for(wait_for_ever));
    x.down();
    const auto told = x.only_reply(session_1);
    CHECK(told.code == errc::unavailable);
    CHECK(told.text == "the connection to the proxy broke; ask again");
    CHECK(x.desk.pending() == 1);
  }

  TEST_CASE("a wait is asked again on the next link with the time that it has left") {
    fixture x;
    x.up();
    x.ask(session_1, wait_for(10'000));
    x.ask(session_2, wait_for(wait_for_ever));
    x.down();
    x.pass(4000);
    x.up();
    REQUIRE(x.queries.size() == 4);
    CHECK(x.queries[2].request.timeout_ms == 6000);
    CHECK(x.queries[3].request.timeout_ms == wait_for_ever);
    CHECK(x.queries[2].question != x.queries[0].question);
    x.tell(x.queries[0].question, answer_with(errc::ok)); // of the old link
    CHECK(x.replies.empty());
    x.tell(x.queries[2].question, answer_with(errc::ok));
    CHECK(x.only_reply(session_1).code == errc::ok);
  }

  TEST_CASE("a wait whose time ends without a link is unavailable") {
    fixture x;
    x.up();
    x.ask(session_1, wait_for(2000));
    x.down();
    x.pass(1999);
    CHECK(x.replies.empty());
    x.pass(1);
    CHECK(x.only_reply(session_1).code == errc::unavailable);
    x.up();
    CHECK(x.queries.size() == 1);
    x.pass(10'000);
    CHECK(x.replies.empty());
  }

  TEST_CASE("a home that is down ends a wait with its own words") {
    fixture x;
    x.up();
    x.ask(session_1, wait_for(wait_for_ever));
    x.tell(x.queries[0].question, answer_with(errc::unavailable, "node b is away"));
    const auto told = x.only_reply(session_1);
    CHECK(told.code == errc::unavailable);
    CHECK(told.text == "node b is away");
  }

  TEST_CASE("a closed session's questions are abandoned without an answer") {
    fixture x;
    x.up();
    x.ask(session_1, wait_for(wait_for_ever));
    x.ask(session_2, wait_for(wait_for_ever));
    x.ask({false, 1, 2}, request_of(request_kind::status));
    x.run([&](auto& fx) { x.desk.on_session_closed(1, fx); });
    CHECK(x.replies.empty());
    CHECK(x.abandoned == std::vector{x.queries[0].question, x.queries[2].question});
    CHECK(x.desk.pending() == 1);
  }

  // -- lists -------------------------------------------------------------------------------------

  TEST_CASE("a list that goes on after a ticket asks first when that was submitted") {
    fixture x;
    x.up();
    auto list = cluster_request(request_kind::list);
    list.after = subject;
    x.ask(session_1, list);
    REQUIRE(x.queries.size() == 1);
    CHECK(x.queries[0].home_code == "k7m2q");
    CHECK(x.queries[0].request.kind == request_kind::status);
    CHECK(x.queries[0].request.subject == subject);
    auto status = answer_with(errc::ok);
    status.jobs.resize(1);
    status.jobs[0].submitted_ms = 777;
    x.tell(x.queries[0].question, status);
    REQUIRE(x.queries.size() == 2);
    list.after_submitted_ms = 777;
    CHECK(x.queries[1].home_code.empty());
    CHECK(x.queries[1].request == list);
    x.tell(x.queries[1].question, answer_with(errc::ok));
    CHECK(x.only_reply(session_1).kind == request_kind::list);
  }

  TEST_CASE("a list after a ticket that nobody knows gets its home's refusal") {
    fixture x;
    x.up();
    auto list = cluster_request(request_kind::list);
    list.after = subject;
    x.ask(session_1, list);
    x.tell(x.queries[0].question, answer_with(errc::not_found, "no such job"));
    const auto told = x.only_reply(session_1);
    CHECK(told.kind == request_kind::list);
    CHECK(told.code == errc::not_found);
    CHECK(told.subject == subject);
    CHECK(told.text == "no such job");
  }

  TEST_CASE("a list goes on after the last ticket of a page without asking about it") {
    fixture x;
    x.up();
    x.ask(session_1, cluster_request(request_kind::list));
    auto page = answer_with(errc::ok);
    page.more = true;
    page.jobs.resize(2);
    page.jobs[1].name = subject;
    page.jobs[1].submitted_ms = 77;
    x.tell(x.queries[0].question, page);
    (void)x.only_reply(session_1);
    auto next = cluster_request(request_kind::list);
    next.after = subject; // forgotten by now, perhaps, or its home is away
    x.ask(session_2, next);
    REQUIRE(x.queries.size() == 2);
    CHECK(x.queries[1].request.kind == request_kind::list);
    CHECK(x.queries[1].request.after == subject);
    CHECK(x.queries[1].request.after_submitted_ms == 77);
  }

  TEST_CASE("whose page ended with a ticket is known for that reader alone") {
    fixture x;
    x.up();
    auto list = cluster_request(request_kind::list);
    list.who = {"ana", false};
    x.ask(session_1, list);
    CHECK(x.queries[0].request.who == list.who);
    auto page = answer_with(errc::ok);
    page.more = true;
    page.jobs.resize(1);
    page.jobs[0].name = subject;
    page.jobs[0].submitted_ms = 77;
    x.tell(x.queries[0].question, page);
    (void)x.only_reply(session_1);
    list.after = subject;
    list.who = {"bob", false};
    x.ask(session_2, list);
    REQUIRE(x.queries.size() == 2);
    CHECK(x.queries[1].request.kind
          == request_kind::status); // whether it is there is not told here
    CHECK(x.queries[1].request.who == list.who);
  }

  TEST_CASE("a node that stops gives up its clients' waits, and only these") {
    fixture x;
    x.up();
    x.ask(session_1, wait_for(wait_for_ever));
    x.ask(session_2, request_of(request_kind::status));
    x.run([&](auto& fx) { x.desk.on_stop(fx); });
    const auto told = x.only_reply(session_1);
    CHECK(told.code == errc::unavailable);
    CHECK(told.subject == subject);
    CHECK(x.abandoned == std::vector<std::uint64_t>{x.queries[0].question});
    CHECK(x.desk.pending() == 1);
    x.ask(session_1, wait_for(wait_for_ever));
    CHECK(x.only_reply(session_1).code == errc::unavailable);
  }
}

} // namespace evenkeel::core::test
