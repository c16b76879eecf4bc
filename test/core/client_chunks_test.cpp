// The same bytes give the same requests and replies, in whatever pieces they arrive.
#include "client_harness.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace evenkeel;
using namespace evenkeel::core;
using namespace evenkeel::core::test;
using namespace std::string_literals;

namespace {

const std::vector<std::string> pieces = {
    "SUBMIT -- echo hi\n",
    "submit once=1 -- a\r\n",
    "SUBMIT bytes=4\nPING\n",
    "SUBMIT bytes=4 -- cat\r\nP\nNG\r\n",
    "SUBMIT bytes=0\n\n",
    "SUBMIT bytes=2\nabc\n",
    "SUBMIT bytes=5 oops\nQUIT\n\n",
    "SUBMIT until=EOF\ndate\r\nEOFF\nEOF\n",
    "SUBMIT until=E\r\ndate\r\nE\r\n",
    "SUBMIT date\n",
    "SUBMIT bytes=9999999\n",
    "CALL -- echo x\n",
    "SLEEP 5\n",
    "17\n",
    "17x\n",
    "rk7m2q-11\n",
    "getall\n",
    "STATUS LAST\n",
    "RESULT LAST both\n",
    "WAIT LAST\n",
    "WAIT LAST 0.5\n",
    "WAIT ALL\n",
    "CANCEL LAST\n",
    "LIST all limit=3\n",
    "NODES\n",
    "PING\n",
    "HELP wait\n",
    "VERSION\n",
    "\n",
    " \r\n",
    "GET / HTTP/1.1\r\n",
    "QUIT\n",
    "exit\n",
    "no newline",
    "bytes=3\r",
    std::string(70, 'x') + "\n",
    std::string(33, 'x'),
    "\0\n"s,
    "\r"s,
};

client_limits small_limits() {
  client_limits limits;
  limits.line_bytes = 60;
  limits.body_bytes = 40;
  limits.page = 3;
  return limits;
}

struct transcript {
  std::vector<client_request> asked;
  std::string text;
  bool finished = false;
  friend bool operator==(const transcript&, const transcript&) = default;
};

/// Feeds `bytes` in pieces of these sizes, over and over; 0: the node takes its time and answers
/// what it was asked so far.
transcript record(std::string_view bytes, const std::vector<std::size_t>& sizes) {
  client_harness client{small_limits()};
  transcript result;
  const auto answer_all = [&] {
    while (!client.asks.empty()) {
      result.asked.push_back(client.asks.front().second);
      client.answer(client.node.answer(client.asks.front().second));
    }
  };
  for (std::size_t i = 0; !bytes.empty(); ++i) {
    const auto size = std::min(sizes[i % sizes.size()], bytes.size());
    client.send(bytes.substr(0, size));
    bytes.remove_prefix(size);
    if (size == 0)
      answer_all();
  }
  client.half_close();
  answer_all();
  result.text = client.said();
  result.finished = client.finished;
  return result;
}

} // namespace

TEST_CASE("the same bytes give the same session in whatever pieces they arrive") {
  const bool holds = rc::check([] {
    const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces));
    std::string bytes;
    for (const auto& part : parts)
      bytes += part;
    const auto whole = record(bytes, {std::max<std::size_t>(1, bytes.size())});
    RC_ASSERT(whole.finished);
    RC_ASSERT(record(bytes, {1}) == whole);
    RC_ASSERT(record(bytes, {1, 0}) == whole);
    auto sizes =
        *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 40));
    sizes.push_back(7);
    RC_ASSERT(record(bytes, sizes) == whole);
  });
  CHECK(holds);
}

TEST_CASE("every request of a session gets its reply") {
  const bool holds = rc::check([](std::size_t salt) {
    const std::vector<std::string> verbs = {"SUBMIT -- a\n", "5\n",    "STATUS LAST\n",
                                            "WAIT LAST\n",   "oops\n", "PING\n",
                                            "STATUS x\n",    "9z\n"};
    std::string bytes;
    const auto count = *rc::gen::inRange<std::size_t>(0, 60);
    for (std::size_t i = 0; i < count; ++i)
      bytes += verbs[*rc::gen::inRange<std::size_t>(0, verbs.size())];
    const auto text = record(bytes, {1 + salt % 50, 0}).text;
    // Of these verbs, WAIT alone answers with three lines instead of one.
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    std::size_t results = 0;
    for (auto at = text.find(" bytes="); at != std::string::npos; at = text.find(" bytes=", at + 1))
      ++results;
    RC_ASSERT(lines == count + results);
  });
  CHECK(holds);
}
