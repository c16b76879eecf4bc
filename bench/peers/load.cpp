#include "bench/peers/load.hpp"

#include "apps/bench_latencies.hpp"
#include "bench/peers/event_loop.hpp"

#include <algorithm>
#include <ctime>
#include <deque>
#include <utility>

namespace evenkeel::bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds(30);
constexpr std::chrono::milliseconds look{20};

double our_cpu_us() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

class load {
public:
  load(std::vector<load_client> clients, const load_shape& shape, const std::atomic<bool>* stop)
      : shape_(shape), loop_(stop) {
    clients_.reserve(clients.size()); // the handlers keep references
    for (auto& one : clients) {
      auto& added = clients_.emplace_back();
      added.speaks = std::move(one.speaks);
      added.over = &loop_.connect(one.port, shape.peer,
                                  [this, &added](stream& over) { on_input(added, over); });
    }
  }

  load_figures run() {
    greet();
    start_ = clock::now();
    const auto cpu_before = our_cpu_us();
    from_ = start_ + shape_.warm_up;
    to_ = shape_.count > 0 ? clock::time_point::max() : from_ + shape_.duration;
    for (auto& one : clients_) {
      for (std::size_t i = 0; i < shape_.window; ++i)
        begin(one);
      loop_.flush(*one.over);
    }
    while (!over()) {
      loop_.run_once(look);
      complain_of_silence();
    }
    auto found = figures();
    found.load_us = (our_cpu_us() - cpu_before) / static_cast<double>(std::max(ended_, 1UL));
    return found;
  }

private:
  struct client {
    std::unique_ptr<talker> speaks;
    stream* over = nullptr;
    std::deque<clock::time_point> begun; ///< operations under way
    bool greeting = false;
  };

  void greet() {
    last_ = clock::now();
    for (auto& one : clients_) {
      one.greeting = one.speaks->greet(one.over->output());
      greetings_ += one.greeting ? 1U : 0U;
      loop_.flush(*one.over);
    }
    while (greetings_ > 0) {
      loop_.run_once(look);
      complain_of_silence();
    }
  }

  void begin(client& one) {
    if (shape_.count > 0 && begun_ == shape_.count)
      return;
    ++begun_;
    one.begun.push_back(clock::now());
    one.speaks->begin(one.over->output());
  }

  void on_input(client& one, stream& over) {
    const auto now = clock::now();
    last_ = now;
    for (;;) {
      const auto done = one.speaks->take(over.input(), over.output());
      if (done.bytes == 0)
        return;
      over.take(done.bytes);
      if (done.finished)
        on_finished(one, now);
    }
  }

  void on_finished(client& one, clock::time_point now) {
    if (std::exchange(one.greeting, false)) {
      --greetings_;
      return;
    }
    if (one.begun.empty())
      throw wrong_reply(shape_.peer, "nothing", "one reply too many");
    ++ended_;
    const auto began = one.begun.front();
    one.begun.pop_front();
    if (now >= from_ && (now < to_ || latencies_.count() == 0)) {
      latencies_.add(now - began);
      last_counted_ = now;
    }
    begin(one);
  }

  [[nodiscard]] bool over() const {
    // However slow it is: one operation at least, or the complaint of silence.
    return shape_.count > 0 ? latencies_.count() == shape_.count
                            : clock::now() >= to_ && latencies_.count() > 0;
  }

  void complain_of_silence() const {
    if (clock::now() - last_ > patience)
      throw connection_lost(shape_.peer + ": nothing was answered for 30 s");
  }

  [[nodiscard]] load_figures figures() const {
    constexpr double us_per_ms = 1000;
    const auto took =
        shape_.count > 0 ? last_counted_ - start_ : std::max(to_, last_counted_) - from_;
    const auto operations = latencies_.count();
    return {
        operations, static_cast<double>(operations) / std::chrono::duration<double>(took).count(),
        latencies_.percentile_ms(0.5) * us_per_ms, latencies_.percentile_ms(0.99) * us_per_ms, 0};
  }

  const load_shape& shape_;
  event_loop loop_;
  std::vector<client> clients_;
  std::size_t greetings_ = 0;
  std::uint64_t begun_ = 0;
  std::uint64_t ended_ = 0; ///< in the warm-up, too
  clock::time_point start_;
  clock::time_point from_;
  clock::time_point to_;
  clock::time_point last_; ///< when something came
  clock::time_point last_counted_;
  apps::latency_histogram latencies_;
};

} // namespace

load_figures run_load(std::vector<load_client> clients, const load_shape& shape,
                      const std::atomic<bool>* stop) {
  return load{std::move(clients), shape, stop}.run();
}

} // namespace evenkeel::bench
