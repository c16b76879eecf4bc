// A node for client sessions that answers every request at once.
#pragma once

#include "messages/client.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace evenkeel::core::test {

inline job_view done_job(const ticket& name, job_kind kind = job_kind::command) {
  job_view job;
  job.name = name;
  job.state = job_state::done;
  job.kind = kind;
  job.attempt = 1;
  job.node = "n";
  return job;
}

/// What a well-behaved node says at once: every submission is accepted, every job is done and wrote
/// its own number.
class canned_node {
public:
  client_answer answer(const client_request& request) {
    client_answer answer;
    answer.kind = request.kind;
    answer.subject = request.subject;
    switch (request.kind) {
    case request_kind::submit:
      answer.subject = {"k7m2q", ++issued};
      break;
    case request_kind::status:
    case request_kind::result:
    case request_kind::wait:
      answer.jobs.push_back(done_job(request.subject));
      answer.outputs.push_back(std::to_string(request.subject.sequence));
      break;
    case request_kind::wait_all:
      answer.done = request.own_sequences.size();
      for (const auto sequence : request.own_sequences)
        if (request.limit != 0)
          answer.jobs.push_back(done_job({"k7m2q", sequence}));
      break;
    case request_kind::all_results:
      for (auto sequence = request.after.sequence + 1; sequence <= issued; ++sequence) {
        answer.more = answer.jobs.size() == page;
        if (answer.more)
          break;
        answer.jobs.push_back(done_job({"k7m2q", sequence}));
        answer.outputs.emplace_back();
      }
      break;
    default:
      break;
    }
    return answer;
  }

  std::uint64_t issued = 0;
  std::size_t page = 2;
};

} // namespace evenkeel::core::test
