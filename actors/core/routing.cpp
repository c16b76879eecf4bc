#include "actors/core/routing.hpp"

namespace evenkeel::core {

namespace {

template <class... Types, class Message>
bool is_one_of(const Message& message) {
  return (std::holds_alternative<Types>(message) || ...);
}

} // namespace

node_parts_for parts_for(const proxy_message& message) {
  node_parts_for parts;
  parts.questions = std::holds_alternative<answer>(message);
  const bool only_executor =
      is_one_of<assign_batch, recall_batch, stop_batch, result_request, result_taken, result_ack>(
          message);
  parts.executor = only_executor || std::holds_alternative<result_exchange>(message);
  parts.ledger = !only_executor && !parts.questions;
  return parts;
}

bool for_other_nodes(const client_request& request, const std::string& own_code) {
  switch (request.kind) {
  case request_kind::nodes:
  case request_kind::stats:
  case request_kind::retire:
    return true;
  case request_kind::list:
    return request.everywhere;
  case request_kind::submit:
  case request_kind::wait_all:
  case request_kind::all_results:
    return false;
  default:
    return request.subject.code != own_code;
  }
}

proxy_parts_for parts_for(const node_message& message) {
  proxy_parts_for parts;
  if (const auto* question = std::get_if<query>(&message)) {
    const auto kind = question->request.kind;
    parts.dispatch = kind == request_kind::nodes || kind == request_kind::stats;
    parts.membership = kind == request_kind::retire;
    parts.router = !parts.dispatch && !parts.membership;
    return parts;
  }
  parts.router = is_one_of<answer, abandon>(message);
  parts.relay =
      is_one_of<result_batch, result_ack, cancel_batch, release_batch, inventory>(message);
  parts.dispatch = !parts.router && !std::holds_alternative<result_batch>(message);
  return parts;
}

} // namespace evenkeel::core
