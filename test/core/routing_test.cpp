#include "actors/core/routing.hpp"

#include <doctest/doctest.h>

using namespace evenkeel;
using namespace evenkeel::core;

TEST_CASE(
    "what is about running jobs goes to the executor, answers to the questions, all else home") {
  for (const proxy_message& message :
       {proxy_message{assign_batch{}}, proxy_message{recall_batch{}}, proxy_message{stop_batch{}},
        proxy_message{result_request{}}, proxy_message{result_taken{}},
        proxy_message{result_ack{}}}) {
    CHECK(parts_for(message).executor);
    CHECK(!parts_for(message).ledger);
  }
  const auto answered = parts_for(proxy_message{answer{}});
  CHECK(answered.questions);
  CHECK(!answered.ledger);
  const auto exchange = parts_for(proxy_message{result_exchange{}});
  CHECK(exchange.executor);
  CHECK(exchange.ledger);
  CHECK(parts_for(proxy_message{result_batch{}}).ledger);
  CHECK(parts_for(proxy_message{query{}}).ledger);
}

TEST_CASE("at the proxy jobs go to the dispatch queue, results to the relay, questions on") {
  const auto submitted = parts_for(node_message{submit_batch{}});
  CHECK(submitted.dispatch);
  CHECK(!submitted.relay);
  const auto results = parts_for(node_message{result_batch{}});
  CHECK(results.relay);
  CHECK(!results.dispatch);
  for (const node_message& message :
       {node_message{result_ack{}}, node_message{cancel_batch{}}, node_message{inventory{}}}) {
    CHECK(parts_for(message).dispatch);
    CHECK(parts_for(message).relay);
  }
  CHECK(parts_for(node_message{answer{}}).router);
  query question;
  question.request.kind = request_kind::nodes;
  CHECK(parts_for(node_message{question}).dispatch);
  question.request.kind = request_kind::retire;
  CHECK(parts_for(node_message{question}).membership);
  question.request.kind = request_kind::status;
  CHECK(parts_for(node_message{question}).router);
}

TEST_CASE("a request is for other nodes unless it is about this ledger") {
  client_request request;
  request.kind = request_kind::status;
  request.subject = {"k7m2q", 1};
  CHECK(!for_other_nodes(request, "k7m2q"));
  CHECK(for_other_nodes(request, "z1111"));
  request.kind = request_kind::submit;
  CHECK(!for_other_nodes(request, "z1111"));
  request.kind = request_kind::list;
  CHECK(!for_other_nodes(request, "z1111"));
  request.everywhere = true;
  CHECK(for_other_nodes(request, "k7m2q"));
}
