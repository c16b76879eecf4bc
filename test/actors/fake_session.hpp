// A client session without a client: asks a node, and takes down the answers.
#pragma once

#include "actors/local_interfaces.hpp"
#include "test/actors/test_system.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::test {

class fake_session {
public:
  fake_session(test_system& world, std::uint64_t number)
      : number_{number}, address_{world.spawn(behavior, answers_)} {}

  /// Returns the number of the request.
  std::uint64_t ask(const node_service& node, client_request request) {
    session_requests batch{number_, address_, {}};
    batch.requests.emplace_back(++asked_, std::move(request));
    caf::anon_send(node, std::vector{std::move(batch)});
    return asked_;
  }
  void close(const node_service& node) const { caf::anon_send(node, session_closed{number_}); }

  [[nodiscard]] const std::vector<numbered_answer>& answers() const { return *answers_; }
  /// Null while there is none.
  [[nodiscard]] const client_answer* answer_to(std::uint64_t number) const {
    for (const auto& answer : *answers_)
      if (answer.number == number)
        return &answer.content;
    return nullptr;
  }

private:
  using answer_list = std::shared_ptr<std::vector<numbered_answer>>;

  static client_session_actor::behavior_type behavior(client_session_actor::pointer,
                                                      answer_list all) {
    return {[all](const std::vector<numbered_answer>& news) {
      all->insert(all->end(), news.begin(), news.end());
    }};
  }

  std::uint64_t number_;
  std::uint64_t asked_ = 0;
  answer_list answers_ = std::make_shared<std::vector<numbered_answer>>();
  client_session_actor address_;
};

inline client_request submit_of(job_spec spec) {
  client_request request;
  request.kind = request_kind::submit;
  request.spec = std::move(spec);
  return request;
}
inline client_request submit_function(std::string name, std::string arguments = {}) {
  job_spec spec;
  spec.kind = job_kind::function;
  spec.text = std::move(name);
  spec.body = std::move(arguments);
  return submit_of(std::move(spec));
}
inline client_request submit_sleep(std::uint32_t ms) {
  job_spec spec;
  spec.kind = job_kind::sleep;
  spec.sleep_ms = ms;
  return submit_of(std::move(spec));
}
inline client_request about(request_kind kind, ticket subject) {
  client_request request;
  request.kind = kind;
  request.subject = std::move(subject);
  return request;
}

} // namespace evenkeel::test
