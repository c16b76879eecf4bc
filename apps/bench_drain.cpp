// The end of `evenkeel bench --drain`: waits until the cluster has no job left.
#include "apps/bench_run.hpp"
#include "client/connection.hpp"
#include "client/token_file.hpp"

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace evenkeel::apps {

namespace {

using clock = std::chrono::steady_clock;

/// The records of STATS.
std::string ask_stats(client::connection& node, client::deadline until) {
  const auto answer = node.ask("STATS", until);
  if (!answer.ok())
    throw std::runtime_error("bench --drain: the answer to STATS is " + std::string(answer.line));
  return std::string(answer.body);
}

/// All figures of jobs that are somewhere in the cluster; nothing if there are none.
std::string jobs_in(std::string_view stats) {
  constexpr std::array<std::string_view, 4> names{"queued", "running", "prefetched", "returning"};
  std::string found;
  for (const auto name : names)
    if (const auto value = client::find_field(stats, name).value_or("0"); value != "0")
      found.append(" ").append(name).append("=").append(value);
  return found;
}

/// Tells when nothing has changed for too long.
class stall_check {
public:
  stall_check(clock::time_point now, std::chrono::milliseconds patience)
      : changed_(now), patience_(patience) {}

  void see(clock::time_point now, std::string state) {
    if (state != state_) {
      state_ = std::move(state);
      changed_ = now;
    } else if (now - changed_ > patience_) {
      throw std::runtime_error("bench --drain: no change for " + std::to_string(patience_.count())
                               + " ms:" + state_);
    }
  }

private:
  std::string state_;
  clock::time_point changed_;
  std::chrono::milliseconds patience_;
};

} // namespace

double drain_cluster(const boost::asio::ip::tcp::endpoint& where,
                     std::chrono::milliseconds patience, const std::string& token) {
  constexpr auto period = std::chrono::milliseconds(100);
  constexpr int sure = 2; // once may be between a submission and its arrival at the proxy
  const auto begin = clock::now();
  client::connection node{where.address().to_string(), where.port(), begin + patience};
  if (!token.empty())
    client::authenticate(node, token, begin + patience);
  stall_check stall{begin, patience};
  auto empty_since = begin;
  for (int empty = 0; empty < sure; std::this_thread::sleep_for(period)) {
    const auto now = clock::now();
    const auto stats = ask_stats(node, now + patience);
    const auto jobs = jobs_in(stats);
    empty = jobs.empty() ? empty + 1 : 0;
    if (empty == 1)
      empty_since = now;
    stall.see(now, jobs + " done=" + std::string(client::find_field(stats, "done").value_or("")));
  }
  return std::chrono::duration<double>(empty_since - begin).count();
}

} // namespace evenkeel::apps
