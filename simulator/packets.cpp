#include "simulator/packets.hpp"

#include "messages/overloaded.hpp"

namespace evenkeel::simulator {

namespace {

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

} // namespace evenkeel::simulator
