// A client that sends anything. The first byte chooses the pieces its bytes arrive in, how soon the
// node answers, whether the client reads, and whether it needs a token; the rest is what it sends.
// Checked: no crash, bounded buffers, one question at a time under each number, and an orderly end
// in the end.
#include "actors/core/client_session.hpp"
#include "test/core/canned_node.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <set>
#include <string_view>
#include <utility>

namespace {

using namespace evenkeel;
using namespace evenkeel::core;

void require(bool holds) {
  if (!holds)
    std::abort();
}

client_limits small_limits() {
  client_limits limits;
  limits.line_bytes = 256;
  limits.body_bytes = 1024;
  limits.unparsed_bytes = 512;
  limits.unsent_bytes = 4096;
  limits.held_bytes = 1024;
  limits.requests_in_flight = 10;
  limits.waits_in_flight = 3;
  limits.own_tickets = 20;
  limits.page = 2;
  limits.discarded_bytes = 2048;
  return limits;
}

/// One client and its node.
class world {
public:
  explicit world(std::uint8_t choice)
      : piece_{1U << (choice & 7U)}, lazy_node_{(choice & 8U) != 0}, lazy_reader_{(choice & 16U)
                                                                                  != 0},
        backwards_{(choice & 32U) != 0}, refusing_{(choice & 64U) != 0}, guarded_{(choice & 128U)
                                                                                  != 0} {}

  void send(std::string_view bytes) {
    while (!bytes.empty() && !over_) {
      const auto size = std::min(piece_, bytes.size());
      if (!session_.wants_input())
        catch_up();
      session_.on_bytes(bytes.substr(0, size));
      bytes.remove_prefix(size);
      take();
      if (!lazy_node_)
        answer_one();
    }
  }

  void end() {
    ended_ = true;
    session_.on_half_closed();
    take();
    catch_up();
    require(over_ && session_.over() && session_.in_flight() == 0);
    require(!session_.wants_input());
  }

private:
  /// The node answers everything, and the client reads everything.
  void catch_up() {
    do {
      while (!asks_.empty())
        answer_one();
      session_.on_written(std::exchange(unread_, 0));
      take();
    } while (!asks_.empty() || unread_ != 0);
    require(over_ || ended_ || session_.wants_input());
  }

  void answer_one() {
    if (asks_.empty())
      return;
    const auto place = backwards_ ? asks_.size() - 1 : 0;
    const auto [number, request] = std::move(asks_[place]);
    asks_.erase(asks_.begin() + static_cast<std::ptrdiff_t>(place));
    open_.erase(number);
    auto answer = node_.answer(request);
    if (refusing_ && number % 3 == 0) {
      answer = {};
      answer.code = errc::busy;
      answer.text = "later\n";
    }
    session_.on_answer(number, answer);
    take();
  }

  void take() {
    for (auto out = session_.take(); !out.empty(); out = session_.take()) {
      require(!over_);
      require(out.asks.empty() || !guarded_ || entered_);
      for (auto& ask : out.asks) {
        require(open_.insert(ask.first).second);
        asks_.push_back(std::move(ask));
      }
      unread_ += out.bytes.size();
      require(out.bytes.empty() || out.bytes.back() == '\n');
      over_ = out.finish;
      require(!over_ || asks_.empty());
      check_bounds();
      if (!lazy_reader_)
        session_.on_written(std::exchange(unread_, 0));
      if (out.token)
        look_up(*out.token);
      if (out.pause_ms != 0)
        session_.on_pause_over();
    }
    check_bounds();
  }

  void look_up(const std::string& token) {
    require(guarded_ && !entered_);
    const client_access access{"ana", true, true, false, false};
    entered_ = token == "right";
    session_.on_access(entered_ ? &access : nullptr);
  }

  void check_bounds() const {
    constexpr std::size_t one_reply = 8192;
    require(asks_.size() <= limits_.requests_in_flight);
    require(unread_ <= limits_.unsent_bytes + limits_.held_bytes + one_reply);
    require(session_.bytes_held() <= limits_.unparsed_bytes + piece_ + 2 * limits_.body_bytes
                                         + limits_.held_bytes + limits_.unsent_bytes + one_reply);
  }

  client_limits limits_ = small_limits();
  test::canned_node node_;
  std::size_t piece_;
  bool lazy_node_;
  bool lazy_reader_;
  bool backwards_;
  bool refusing_;
  bool guarded_;
  bool entered_ = false;
  client_session_core session_{"fuzz", limits_, guarded_};
  bool ended_ = false;
  bool over_ = false;
  std::size_t unread_ = 0;
  std::deque<std::pair<std::uint64_t, client_request>> asks_;
  std::set<std::uint64_t> open_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  world everything{data[0]};
  everything.send({reinterpret_cast<const char*>(data) + 1, size - 1});
  everything.end();
  return 0;
}
