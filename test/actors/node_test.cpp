// A node's link, the routes of what comes in, and a clean stop.
#include "test/actors/node_fixture.hpp"

#include <doctest/doctest.h>

#include <string>

namespace evenkeel::test {

namespace {

const std::string other_code = "b2222";

} // namespace

TEST_CASE_FIXTURE(node_fixture, "a question about another ledger goes to the proxy") {
  join_cluster();
  const auto number = ask(about(request_kind::status, {other_code, 5}));
  const auto asked = proxy.all<query>();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].home_code == other_code);
  CHECK(asked[0].request.subject.sequence == 5);
  CHECK(session.answers().empty());
  answer reply;
  reply.question = asked[0].question;
  reply.content.kind = request_kind::status;
  reply.content.text = "from afar";
  proxy.say(reply);
  world.run();
  CHECK(answer_to(number).text == "from afar");
}

TEST_CASE_FIXTURE(node_fixture, "an error for a message that was not understood ends no node") {
  caf::anon_send(caf::actor_cast<caf::actor>(actor), caf::make_error(caf::sec::unexpected_message));
  world.run();
  join_cluster();
  CHECK(answer_to(ask(submit_function("noop"))).code == errc::ok);
}

TEST_CASE_FIXTURE(node_fixture, "questions about the cluster go to the proxy") {
  join_cluster();
  ask(about(request_kind::nodes, {}));
  ask(about(request_kind::stats, {}));
  auto everywhere = about(request_kind::list, {});
  everywhere.everywhere = true;
  ask(everywhere);
  const auto asked = proxy.all<query>();
  REQUIRE(asked.size() == 3);
  for (const auto& question : asked)
    CHECK(question.home_code.empty());
  CHECK(session.answers().empty());
}

TEST_CASE_FIXTURE(node_fixture, "questions about the own ledger stay at home") {
  join_cluster();
  CHECK(answer_to(ask(about(request_kind::result, {fake_proxy::code, 5}))).code == errc::not_found);
  CHECK(answer_to(ask(about(request_kind::list, {}))).code == errc::ok);
  CHECK(proxy.all<query>().empty());
}

TEST_CASE_FIXTURE(node_fixture,
                  "without a link other ledgers are unavailable and the own answers") {
  join_cluster();
  around->proxy = nullptr;
  world.kill(proxy.address);
  CHECK(answer_to(ask(about(request_kind::status, {other_code, 5}))).code == errc::unavailable);
  CHECK(answer_to(ask(submit_function("noop"))).code == errc::ok);
}

TEST_CASE_FIXTURE(node_fixture, "a query of another node is answered through the proxy") {
  join_cluster();
  ask(submit_function("noop"));
  proxy.say(query{9, fake_proxy::code, about(request_kind::cancel, {fake_proxy::code, 1})});
  world.run();
  const auto said = proxy.all<answer>();
  REQUIRE(said.size() == 1);
  CHECK(said[0].question == 9);
  CHECK(said[0].content.code == errc::ok);
}

TEST_CASE_FIXTURE(node_fixture, "what is about jobs that run here goes to the executor") {
  join_cluster();
  proxy.say(assign_batch{});
  proxy.say(recall_batch{});
  proxy.say(stop_batch{});
  proxy.say(result_request{});
  proxy.say(result_exchange{});
  proxy.say(result_taken{});
  proxy.say(result_ack{});
  proxy.say(submit_ack{});
  proxy.say(spec_request{});
  world.run();
  CHECK(executor_heard->messages.size() == 7);
}

TEST_CASE_FIXTURE(node_fixture, "messages of the executor go out on the link, numbered") {
  join_cluster();
  const auto before = proxy.messages().size();
  const auto link = proxy.header().link;
  caf::anon_send(actor, std::vector{core::to_proxy{link, release_batch{}},
                                    core::to_proxy{link - 1, release_batch{}},
                                    core::to_proxy{link, result_batch{}}});
  world.run();
  REQUIRE(proxy.messages().size() == before + 2);
  for (std::size_t at = 0; at < proxy.messages().size(); ++at)
    CHECK(proxy.messages()[at].first.sequence == at + 1);
}

TEST_CASE_FIXTURE(node_fixture, "when the proxy dies the node looks for it and joins anew") {
  join_cluster();
  const auto connects = around->connects;
  const auto first_link = proxy.header().link;
  fake_proxy next{world};
  around->proxy = next.address;
  world.kill(proxy.address);
  CHECK(executor_heard->downs == std::vector{core::link_down{first_link}});
  world.advance(200);
  CHECK(around->connects == connects + 1);
  REQUIRE(next.joins().size() == 1);
  CHECK(next.joins()[0].link > first_link);
  next.welcome_node();
  world.run();
  CHECK(executor_heard->ups.size() == 2);
  ask(submit_function("noop"));
  CHECK(next.all<submit_batch>().size() == 1);
}

TEST_CASE_FIXTURE(node_fixture, "a node goes on looking for its proxy") {
  around->proxy = nullptr;
  world.kill(proxy.address);
  world.advance(5000);
  const auto tried = around->connects;
  CHECK(tried > 3);
  fake_proxy next{world};
  around->proxy = next.address;
  world.advance(2000);
  CHECK_FALSE(next.joins().empty());
}

TEST_CASE_FIXTURE(node_fixture, "a closed session gets no more answers") {
  join_cluster();
  disk.hold();
  ask(submit_function("noop"));
  session.close(actor);
  world.run();
  disk.open_up();
  world.run();
  CHECK(session.answers().empty());
  CHECK(proxy.all<submit_batch>().size() == 1);
}

TEST_CASE_FIXTURE(node_fixture, "when a session closes its questions elsewhere are abandoned") {
  join_cluster();
  ask(about(request_kind::wait, {other_code, 5}));
  const auto asked = proxy.all<query>();
  REQUIRE(asked.size() == 1);
  session.close(actor);
  world.run();
  CHECK(proxy.all<abandon>() == std::vector{abandon{asked[0].question}});
}

TEST_CASE_FIXTURE(node_fixture, "a clean stop drains, waits for the executor, and leaves at last") {
  join_cluster();
  caf::anon_send(actor, stop_atom::value);
  world.run();
  CHECK(proxy.all<drain>().size() == 1);
  CHECK(executor_heard->stops == 1);
  CHECK(answer_to(ask(submit_function("noop"))).code == errc::unavailable);
  CHECK(proxy.all<leave>().empty());
  CHECK(around->stopped == 0);
  caf::anon_send(actor, done_atom::value);
  caf::anon_send(actor, done_atom::value);
  world.run();
  CHECK(proxy.all<leave>().size() == 1);
  CHECK(around->stopped == 1);
}

TEST_CASE_FIXTURE(node_fixture, "a node that is to finish stays until its results are taken") {
  join_cluster();
  caf::anon_send(actor, finish_atom::value);
  world.advance(500);
  CHECK(executor_heard->stops == 0); // what it has recovered is not known yet
  caf::anon_send(actor, load_numbers{0, 1, 0, 1, 0});
  world.advance(500);
  CHECK(proxy.all<drain>().size() == 1);
  caf::anon_send(actor, load_numbers{0, 0, 1, 1, 0}); // it has run, and its home is away
  world.advance(500);
  CHECK(executor_heard->stops == 0);
  caf::anon_send(actor, load_numbers{0, 0, 1, 0, 0});
  world.advance(500);
  CHECK(executor_heard->stops == 1);
}

TEST_CASE_FIXTURE(node_fixture, "a clean stop waits for the commits of the ledger") {
  join_cluster();
  disk.hold();
  const auto number = ask(submit_function("noop"));
  caf::anon_send(actor, stop_atom::value);
  caf::anon_send(actor, done_atom::value);
  world.advance(500);
  CHECK(around->stopped == 0);
  disk.open_up();
  world.advance(100);
  CHECK(around->stopped == 1);
  CHECK(answer_to(number).code == errc::ok);
}

} // namespace evenkeel::test
