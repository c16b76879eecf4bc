#include "simulator/packets.hpp"

#include "messages/overloaded.hpp"

#include <array>

namespace evenkeel::simulator {

namespace {

constexpr std::array request_names{"",         "submit", "status", "result", "wait",
                                   "wait-all", "cancel", "forget", "list",   "nodes",
                                   "stats",    "getall", "retire"};

std::string name_of(request_kind kind) {
  return request_names.at(static_cast<std::size_t>(kind));
}

std::string text(const attempt_ref& what) {
  return std::to_string(what.job.ledger.low & 0xffU) + '-' + std::to_string(what.job.sequence) + '@'
         + std::to_string(what.assigned.epoch) + '.' + std::to_string(what.assigned.number);
}

template <class Items, class Show>
std::string list(const char* name, const Items& items, Show&& show) {
  std::string all{name};
  for (const auto& one : items)
    all += ' ' + show(one);
  return all;
}

std::string range(const sequence_range& x) {
  return std::to_string(x.first) + ".." + std::to_string(x.last);
}

std::string number(std::uint64_t x) {
  return std::to_string(x);
}

std::string describe(const result_batch& x) {
  return list("result_batch", x.results, [](const auto& y) {
    return text({y.job, y.result.assigned});
  });
}

std::string describe(const node_message& message) {
  return std::visit(
      overloaded{
          [](const inventory& x) {
            return list("inventory held", x.held,
                        [](const auto& y) {
                          return text(y.what) + '/' + number(static_cast<std::uint64_t>(y.state));
                        })
                   + list("; unfinished", x.unfinished, range) + (x.executor_end ? " end" : "")
                   + (x.home_end ? " home-end" : "");
          },
          [](const submit_batch& x) {
            return list("submit_batch", x.jobs, [](const auto& y) {
              return number(y.sequence) + (y.fresh ? "" : "/again");
            });
          },
          [](const release_batch& x) {
            return list("release_batch", x.attempts, [](const auto& y) {
              return text(y.what) + '/' + number(static_cast<std::uint64_t>(y.reason));
            });
          },
          [](const cancel_batch& x) { return list("cancel_batch", x.sequences, number); },
          [](const verdict_batch& x) {
            return list("verdict_batch", x.verdicts, [](const auto& y) {
              return number(y.sequence) + " after " + number(y.assigned.number);
            });
          },
          [](const grant_batch& x) {
            return list("grant_batch", x.granted, [](const auto& y) {
              return number(y.sequence) + " for " + number(y.grant.granted.number);
            });
          },
          [](const result_batch& x) { return describe(x); },
          [](const result_ack& x) { return list("result_ack", x.attempts, text); },
          [](const audit& x) { return list("audit", x.unfinished, range); },
          [](const locate& x) { return "locate " + number(x.question); },
          [](const query& x) { return "query " + number(x.question); },
          [](const answer& x) { return "answer " + number(x.question); },
          [](const abandon& x) { return "abandon " + number(x.question); },
          [](const text_part&) { return std::string{"text_part"}; },
          [](const drain&) { return std::string{"drain"}; },
          [](const leave&) { return std::string{"leave"}; },
      },
      message);
}

std::string describe(const proxy_message& message) {
  return std::visit(
      overloaded{
          [](const spec_request& x) { return list("spec_request", x.wanted, range); },
          [](const submit_ack& x) { return "submit_ack " + number(x.jobs); },
          [](const assign_batch& x) {
            return list("assign_batch", x.jobs, [](const auto& y) { return text(y.what); });
          },
          [](const recall_batch& x) { return list("recall_batch", x.attempts, text); },
          [](const stop_batch& x) { return list("stop_batch", x.attempts, text); },
          [](const lost_attempt_batch& x) {
            return list("lost_attempt_batch", x.attempts, [](const auto& y) {
              return number(y.sequence) + '@' + number(y.assigned.number);
            });
          },
          [](const grant_request& x) {
            return list("grant_request", x.wanted, [](const auto& y) {
              return number(y.sequence) + " for " + number(y.grant.granted.number);
            });
          },
          [](const result_batch& x) { return describe(x); },
          [](const result_request& x) { return list("result_request", x.attempts, text); },
          [](const result_exchange& x) {
            return list("result_exchange", x.wanted.attempts, text) + " and " + describe(x.results);
          },
          [](const result_taken& x) { return "result_taken " + number(x.results); },
          [](const result_ack& x) { return list("result_ack", x.attempts, text); },
          [](const located& x) { return "located " + number(x.question); },
          [](const query& x) { return "query " + number(x.question); },
          [](const answer& x) { return "answer " + number(x.question); },
          [](const abandon& x) { return "abandon " + number(x.question); },
          [](const text_part&) { return std::string{"text_part"}; },
      },
      message);
}

std::string place(const link_header& header) {
  return " (link " + number(header.link) + " #" + number(header.sequence) + ')';
}

} // namespace

std::string describe(const proxy_packet& content) {
  return std::visit(
      overloaded{
          [](const join& x) { return "join " + number(x.link); },
          [](const load_report&) { return std::string{}; },
          [](const framed_for_proxy& x) { return describe(x.content) + place(x.header); },
      },
      content);
}

std::string describe(const node_packet& content) {
  return std::visit(
      overloaded{
          [](const welcome& x) { return "welcome " + number(x.link); },
          [](const refusal& x) { return "refusal: " + x.text; },
          [](const heartbeat&) { return std::string{}; },
          [](const framed_for_node& x) { return describe(x.content) + place(x.header); },
      },
      content);
}

std::string describe(const client_request& request) {
  auto text = name_of(request.kind);
  if (request.kind == request_kind::submit)
    text += ' ' + request.spec.text + request.spec.body.substr(0, 8);
  else if (!request.subject.code.empty())
    text += ' ' + to_text(request.subject);
  if (!request.key.empty())
    text += " key " + request.key;
  return text;
}

std::string describe(const client_answer& answer) {
  auto text = name_of(answer.kind) + ": " + std::string(to_text(answer.code));
  if (!answer.subject.code.empty())
    text += ' ' + to_text(answer.subject);
  if (answer.jobs.size() == 1)
    text += ' ' + std::string(to_text(answer.jobs.front().state));
  if (!answer.text.empty())
    text += " (" + answer.text + ')';
  return text;
}

} // namespace evenkeel::simulator
