#include "apps/node_dialogue.hpp"

#include "apps/bench_replies.hpp"

#include <chrono>
#include <stdexcept>

namespace evenkeel::apps {

node_dialogue::node_dialogue(const std::string& host, std::uint16_t port, double timeout_s)
    : name_(host + ":" + std::to_string(port)) {
  using clock = std::chrono::steady_clock;
  stream_.expires_after(
      std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(timeout_s)));
  stream_.connect(host, std::to_string(port));
  if (!stream_)
    fail(stream_.error().message());
}

std::string node_dialogue::ask(const std::string& request) {
  stream_ << request << '\n' << std::flush;
  std::string line;
  if (!std::getline(stream_, line))
    fail(stream_.error() ? "no answer: " + stream_.error().message() : "closed by the node");
  reply_reader replies;
  replies.feed(line + "\n");
  const auto reply = replies.next();
  if (!reply)
    fail("what answers is not an Evenkeel node");
  return std::string(reply->line);
}

void node_dialogue::fail(const std::string& why) const {
  throw std::runtime_error(name_ + ": " + why);
}

} // namespace evenkeel::apps
