#include "apps/bench_run.hpp"

#include "apps/bench_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

namespace evenkeel::apps {

namespace asio = boost::asio;

namespace {

double seconds(bench_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

void allow_connections(std::size_t number) {
  constexpr std::size_t descriptors_of_ours = 32;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= number + descriptors_of_ours)
    return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, number + descriptors_of_ours);
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < number + descriptors_of_ours)
    throw std::runtime_error("bench: " + std::to_string(number)
                             + " connections need a higher limit of open files (ulimit -n), here "
                             + std::to_string(limit.rlim_max));
}

/// The clients on their event loop.
class load {
public:
  explicit load(const bench_settings& settings)
      : settings_(settings), deadline_(context_), watch_(context_) {
    progress_.count = settings.count;
    allow_connections(settings.clients * bench_client::connections(settings));
    for (std::size_t i = 0; i < settings.clients; ++i) {
      clients_.push_back(std::make_unique<bench_client>(context_, settings_, progress_));
      clients_.back()->connect(settings.nodes[i % settings.nodes.size()]);
    }
  }

  bench_figures run() {
    const auto begin = bench_clock::now();
    progress_.last_answer = begin;
    if (settings_.duration.count() > 0) {
      deadline_.expires_at(begin + settings_.duration);
      deadline_.async_wait([this](const boost::system::error_code&) { progress_.ended = true; });
    }
    for (auto& client : clients_)
      client->start();
    watch();
    context_.restart();
    while (!over() && context_.run_one() > 0) {
    }
    progress_.figures.elapsed_s = seconds(progress_.last_answer - begin);
    return std::move(progress_.figures);
  }

private:
  [[nodiscard]] bool over() const {
    return gave_up_ || (progress_.under_way == 0 && (!progress_.may_begin() || all_lost_));
  }

  /// Notices, now and then, that nothing comes any more.
  void watch() {
    constexpr auto period = std::chrono::milliseconds(20);
    all_lost_ = std::none_of(clients_.begin(), clients_.end(),
                             [](const auto& client) { return client->alive(); });
    if (bench_clock::now() - progress_.last_answer > settings_.patience) {
      progress_.figures.unanswered = progress_.under_way;
      gave_up_ = true;
    }
    watch_.expires_after(period);
    watch_.async_wait([this](const boost::system::error_code&) { watch(); });
  }

  const bench_settings& settings_;
  asio::io_context context_{1};
  asio::steady_timer deadline_;
  asio::steady_timer watch_;
  bench_progress progress_;
  std::vector<std::unique_ptr<bench_client>> clients_;
  bool gave_up_ = false;
  bool all_lost_ = false;
};

} // namespace

bench_figures run_bench(const bench_settings& settings) {
  return load{settings}.run();
}

} // namespace evenkeel::apps
