// A client session with a script for a client and a test for a node.
#pragma once

#include "actors/core/client_session.hpp"
#include "messages/ticket.hpp"
#include "test/core/canned_node.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace evenkeel::core::test {

inline client_answer failure(errc code, std::string text) {
  client_answer answer;
  answer.code = code;
  answer.text = std::move(text);
  return answer;
}

inline std::string name_of(std::uint64_t sequence) {
  return to_text(ticket{"k7m2q", sequence});
}

inline std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i)
    all += text;
  return all;
}

inline std::string wait_for(std::uint64_t sequence, const std::string& behind = {}) {
  return "WAIT " + name_of(sequence) + behind + "\n";
}

inline client_answer result_of(std::uint64_t sequence, std::string output) {
  client_answer answer;
  answer.jobs.push_back(done_job({"k7m2q", sequence}));
  answer.outputs.push_back(std::move(output));
  return answer;
}

inline client_answer accepted(std::uint64_t sequence) {
  client_answer answer;
  answer.subject = {"k7m2q", sequence};
  return answer;
}

struct client_harness {
  explicit client_harness(const client_limits& limits = {}, bool by_token = false)
      : session{"1.2.3", limits, by_token} {}

  void send(std::string_view bytes) {
    session.on_bytes(bytes);
    collect();
  }
  void half_close() {
    session.on_half_closed();
    collect();
  }
  /// Answers the oldest question that is open, or the one with this place among them.
  void answer(const client_answer& content, std::size_t place = 0) {
    REQUIRE(place < asks.size());
    const auto number = asks[place].first;
    asks.erase(asks.begin() + static_cast<std::ptrdiff_t>(place));
    session.on_answer(number, content);
    collect();
  }
  /// As the canned node does.
  void answer_all() {
    while (!asks.empty())
      answer(node.answer(asks.front().second));
  }
  void collect() {
    for (auto out = session.take(); !out.empty(); out = session.take()) {
      CHECK_FALSE(finished); // nothing follows the end
      for (auto& ask : out.asks)
        asks.push_back(std::move(ask));
      text += out.bytes;
      if (out.token)
        looked_up = out.token;
      if (out.pause_ms != 0)
        pause_ms = out.pause_ms;
      finished = finished || out.finish;
      if (out.finish)
        discard_limit = out.discard_limit;
      if (reads)
        session.on_written(out.bytes.size());
      else
        unread += out.bytes.size();
    }
  }
  void read_all() {
    reads = true;
    session.on_written(std::exchange(unread, 0));
    collect();
  }
  /// What was written since the last call.
  std::string said() { return std::exchange(text, {}); }

  client_session_core session;
  canned_node node;
  std::deque<std::pair<std::uint64_t, client_request>> asks;
  std::string text;
  bool reads = true; ///< false: the client does not read
  std::size_t unread = 0;
  bool finished = false;
  std::uint64_t discard_limit = 0;
  std::optional<std::string> looked_up; ///< the latest token
  std::uint32_t pause_ms = 0;           ///< the latest
};

} // namespace evenkeel::core::test
