#include "bench/peers/payload.hpp"
#include "bench/peers/talkers.hpp"
#include "client/replies.hpp"

#include <charconv>
#include <utility>

namespace evenkeel::bench {

namespace {

constexpr std::string_view peer = "Evenkeel";
constexpr std::string_view ticket_reply = "+OK ticket=";

/// For a round trip CALL and WAIT LAST are sent together, as a client would that wants to wait.
class evenkeel_talker : public talker {
public:
  evenkeel_talker(task what, std::uint32_t number, std::string job)
      : what_(what), payload_(number), job_(std::move(job)) {}

  void begin(std::string& out) override {
    out += job_;
    if (job_.ends_with(' '))
      out += payload_.next();
    out += '\n';
    if (what_ == task::roundtrip)
      out += "WAIT LAST\n";
  }

  step take(std::string_view in, std::string& /*out*/) override {
    const auto end = in.find('\n');
    if (end == std::string_view::npos)
      return {};
    const auto line = in.substr(0, end);
    return waits_ ? take_result(line, in.size()) : take_ticket(line);
  }

private:
  step take_ticket(std::string_view line) {
    if (!line.starts_with(ticket_reply))
      throw wrong_reply(peer, "a ticket", line);
    waits_ = what_ == task::roundtrip;
    if (waits_)
      ticket_ = line.substr(ticket_reply.size());
    return {line.size() + 1, !waits_};
  }

  step take_result(std::string_view line, std::size_t there) {
    std::size_t body = 0;
    const auto bytes = client::find_field(line, "bytes").value_or("");
    const auto parsed = std::from_chars(bytes.data(), bytes.data() + bytes.size(), body);
    if (bytes.empty() || parsed.ec != std::errc{}
        || client::find_field(line, "ticket") != std::string_view(ticket_)
        || client::find_field(line, "state") != "done")
      throw wrong_reply(peer, "the result of " + ticket_, line);
    const auto all = line.size() + 1 + body + 1;
    if (there < all)
      return {};
    waits_ = false;
    return {all, true};
  }

  task what_;
  payload payload_;
  std::string job_;
  std::string ticket_;
  bool waits_ = false; ///< the next reply is that of WAIT
};

} // namespace

std::unique_ptr<talker> evenkeel_client(task what, std::uint32_t number, std::string job) {
  return std::make_unique<evenkeel_talker>(what, number, std::move(job));
}

} // namespace evenkeel::bench
