// The node of an executor: takes down what that says.
#pragma once

#include "actors/local_interfaces.hpp"
#include "test/actors/test_system.hpp"

#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace evenkeel::test {

struct owner_record {
  std::vector<core::to_proxy> messages;
  std::vector<load_numbers> loads;
  core::home_call_news home_calls;
  int done = 0;

  template <class Kind>
  [[nodiscard]] std::vector<Kind> all() const {
    std::vector<Kind> found;
    for (const auto& message : messages)
      if (const auto* wanted = std::get_if<Kind>(&message.content))
        found.push_back(*wanted);
    return found;
  }
};

template <class Kind>
auto unheard() {
  return [](const link_header&, const Kind&) {};
}

inline node_service::behavior_type fake_owner(node_service::pointer,
                                              std::shared_ptr<owner_record> heard) {
  return {
      [](const welcome&) {},
      [](const refusal&) {},
      [](const heartbeat&) {},
      unheard<spec_request>(),
      unheard<submit_ack>(),
      unheard<assign_batch>(),
      unheard<recall_batch>(),
      unheard<stop_batch>(),
      unheard<lost_attempt_batch>(),
      unheard<grant_request>(),
      unheard<result_batch>(),
      unheard<result_request>(),
      unheard<result_exchange>(),
      unheard<result_taken>(),
      unheard<result_ack>(),
      unheard<located>(),
      unheard<query>(),
      unheard<answer>(),
      unheard<abandon>(),
      unheard<text_part>(),
      [](const committed&) {},
      [](const loaded&) {},
      [](const std::vector<session_requests>&) {},
      [](const session_closed&) {},
      [heard](const std::vector<core::to_proxy>& messages) {
        heard->messages.insert(heard->messages.end(), messages.begin(), messages.end());
      },
      [](const std::vector<core::reply>&) {},
      [heard](const load_numbers& numbers) { heard->loads.push_back(numbers); },
      [heard](core::home_call_news& news) {
        auto& all = heard->home_calls;
        std::move(news.ended.begin(), news.ended.end(), std::back_inserter(all.ended));
        std::move(news.declined.begin(), news.declined.end(), std::back_inserter(all.declined));
      },
      [](const proxy_connected&) {},
      [](const connect_failed&) {},
      [](tick_atom) {},
      [](flush_atom) {},
      [](stop_atom) {},
      [](finish_atom) {},
      [heard](done_atom) { ++heard->done; },
  };
}

} // namespace evenkeel::test
