// One client of a bench run: keeps a window of jobs under way and times them.
// Owns: one connection, or two when results are awaited while further jobs are submitted (a node
// takes no submission behind an unanswered WAIT). Must not know: the other clients;
// `bench_progress` is what they share.
#pragma once

#include "apps/bench_connection.hpp"
#include "apps/bench_run.hpp"

#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <vector>

namespace evenkeel::apps {

using bench_clock = std::chrono::steady_clock;

/// What all clients of a run share.
struct bench_progress {
  bench_figures figures;
  std::uint64_t count = 0;     ///< as in the settings
  std::uint64_t begun = 0;     ///< jobs
  std::uint64_t under_way = 0; ///< jobs
  bool ended = false;          ///< no further job begins
  bench_clock::time_point last_answer;

  [[nodiscard]] bool may_begin() const { return !ended && (count == 0 || begun < count); }
};

class bench_client {
public:
  /// Outlives the last run of `context`, as `settings` and `progress` do.
  bench_client(boost::asio::io_context& context, const bench_settings& settings,
               bench_progress& progress);

  /// Sockets that each client of such a run has.
  [[nodiscard]] static std::size_t connections(const bench_settings& settings);

  /// Blocks; throws as bench_connection::connect does.
  void connect(const boost::asio::ip::tcp::endpoint& node);
  void start();
  [[nodiscard]] bool alive() const { return alive_; }

private:
  struct request {
    std::string ticket; ///< of a WAIT; empty: a submission
    bench_clock::time_point begun;
  };
  /// A connection and what was asked on it: replies come in the order of the requests.
  struct lane {
    explicit lane(boost::asio::io_context& context) : connection(context) {}
    bench_connection connection;
    std::deque<request> asked;
    bool greeted = true; ///< false: the reply to AUTH is to come first
  };

  void start(lane& on);
  void fill();
  void send(request what);
  void on_reply(lane& on, const client::reply& answer);
  void on_success(const request& asked, const client::reply& answer, bench_clock::time_point now);
  void on_error(request asked, const client::reply& answer);
  void retry();
  void end_job();
  void on_lost(const std::string& why);

  const bench_settings& settings_;
  bench_progress& progress_;
  std::string job_line_;
  lane submissions_;
  lane waits_; ///< not connected where one connection does for both
  boost::asio::steady_timer retry_timer_;
  std::vector<request> busy_; ///< to be sent again
  std::size_t under_way_ = 0; ///< jobs
  bool alive_ = true;
};

} // namespace evenkeel::apps
