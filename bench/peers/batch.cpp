#include "bench/peers/batch.hpp"

#include "bench/peers/event_loop.hpp"
#include "bench/peers/payload.hpp"
#include "bench/peers/talkers.hpp"
#include "client/replies.hpp"

#include <algorithm>
#include <charconv>
#include <deque>

namespace evenkeel::bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::string_view peer = "Evenkeel";
constexpr std::string_view ticket_reply = "+OK ticket=";
constexpr std::uint64_t window = 8192; ///< jobs without a ticket yet
constexpr auto patience = std::chrono::seconds(30);
constexpr std::chrono::milliseconds look{20};

double rate(std::uint64_t count, clock::time_point start) {
  return static_cast<double>(count) / std::chrono::duration<double>(clock::now() - start).count();
}

/// Runs the loop until `over` says so, while `seen` goes up.
template <class Over>
void run_until(event_loop& loop, const std::uint64_t& seen, const Over& over) {
  auto last = clock::now();
  auto before = seen;
  while (!over()) {
    loop.run_once(look);
    if (seen != before) {
      before = seen;
      last = clock::now();
    } else if (clock::now() - last > patience) {
      throw connection_lost(std::string(peer) + ": nothing was answered for 30 s");
    }
  }
}

/// Two lanes: submissions, and waits for their tickets.
class batch {
public:
  batch(std::uint16_t port, std::uint64_t count, const std::atomic<bool>* stop)
      : count_(count), loop_(stop),
        submissions_(loop_.connect(port, std::string(peer), [this](stream&) { take_tickets(); })),
        waits_(loop_.connect(port, std::string(peer), [this](stream&) { take_results(); })) {}

  double run() {
    const auto start = clock::now();
    submit_more();
    loop_.flush(submissions_);
    run_until(loop_, seen_, [this] { return results_ == count_; });
    return rate(count_, start);
  }

private:
  void submit_more() {
    for (; submitted_ < std::min(count_, tickets_ + window); ++submitted_)
      submissions_.output().append(noop_job).append(payload_.next()) += '\n';
  }

  void take_tickets() {
    ++seen_;
    for (;;) {
      const auto in = submissions_.input();
      const auto end = in.find('\n');
      if (end == std::string_view::npos)
        break;
      if (!in.starts_with(ticket_reply))
        throw wrong_reply(peer, "a ticket", in.substr(0, end));
      const auto ticket = in.substr(ticket_reply.size(), end - ticket_reply.size());
      waits_.output().append("WAIT ").append(ticket) += '\n';
      asked_.emplace_back(ticket);
      ++tickets_;
      submissions_.take(end + 1);
    }
    submit_more();
    loop_.flush(waits_);
  }

  void take_results() {
    ++seen_;
    for (;;) {
      const auto in = waits_.input();
      const auto end = in.find('\n');
      if (end == std::string_view::npos)
        return;
      const auto size = check_result(in.substr(0, end));
      const auto all = end + 1 + size + 1;
      if (in.size() < all)
        return;
      waits_.take(all);
      asked_.pop_front();
      ++results_;
    }
  }

  /// Returns the length of its output.
  std::size_t check_result(std::string_view line) const {
    const auto bytes = client::find_field(line, "bytes").value_or("");
    std::size_t size = 0;
    std::from_chars(bytes.data(), bytes.data() + bytes.size(), size);
    if (asked_.empty() || bytes.empty() || client::find_field(line, "state") != "done"
        || client::find_field(line, "ticket") != std::string_view(asked_.front()))
      throw wrong_reply(peer, "the result of a batch's job", line);
    return size;
  }

  std::uint64_t count_;
  event_loop loop_;
  stream& submissions_;
  stream& waits_;
  payload payload_{1};
  std::deque<std::string> asked_; ///< tickets whose results are awaited
  std::uint64_t submitted_ = 0;
  std::uint64_t tickets_ = 0;
  std::uint64_t results_ = 0;
  std::uint64_t seen_ = 0; ///< pieces of input
};

} // namespace

double run_batch(std::uint16_t port, std::uint64_t count, const std::atomic<bool>* stop) {
  return batch{port, count, stop}.run();
}

double run_until_all_ended(std::uint16_t port, std::uint64_t count, const std::string& job,
                           const std::atomic<bool>* stop) {
  client::reply_reader replies;
  std::uint64_t tickets = 0;
  std::uint64_t seen = 0;
  bool over = false;
  event_loop loop{stop};
  auto& node = loop.connect(port, std::string(peer), [&](stream& from) {
    ++seen;
    replies.feed(from.input());
    from.take(from.input().size());
    while (const auto answer = replies.next()) {
      const auto all = std::to_string(count);
      if (answer->line.starts_with(ticket_reply))
        ++tickets;
      else if (tickets == count && answer->ok() && answer->field("done") == all
               && answer->field("failed") == "0")
        over = true;
      else
        throw wrong_reply(peer, "tickets, and that all are done", answer->line);
    }
    if (replies.broken())
      throw wrong_reply(peer, "a reply", "something else");
  });
  const auto start = clock::now();
  for (std::uint64_t i = 0; i < count; ++i)
    node.output().append(job) += '\n';
  node.output() += "WAIT ALL\n";
  loop.flush(node);
  run_until(loop, seen, [&] { return over; });
  return rate(count, start);
}

} // namespace evenkeel::bench
