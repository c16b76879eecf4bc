#include "bench/peers/answering.hpp"

#include "bench/peers/event_loop.hpp"
#include "bench/peers/talkers.hpp"

#include <iostream>
#include <vector>

namespace evenkeel::bench {

namespace {

constexpr std::chrono::milliseconds look{1000};

[[noreturn]] void answer_on(event_loop& loop) {
  std::cout << answering_words << std::endl;
  for (;;)
    loop.run_once(look);
}

void answer_lines(stream& from) {
  for (;;) {
    const auto in = from.input();
    const auto end = in.find('\n');
    if (end == std::string_view::npos)
      return;
    if (in.starts_with('C'))
      from.output() += "+OK ticket=k7m2q-1q\n";
    else
      from.output() += "+OK ticket=k7m2q-1q state=done exit=0 attempt=1 node=a ms=0 out=0 err=0 "
                       "bytes=0\n\n";
    from.take(end + 1);
  }
}

} // namespace

void run_workers(const std::string& peer, std::uint16_t port, std::size_t count) {
  struct worker {
    std::unique_ptr<talker> speaks;
    bool greeting = false;
  };
  event_loop loop{nullptr};
  std::vector<worker> workers(count);
  for (auto& one : workers) {
    one.speaks = worker_of(peer);
    auto& over = loop.connect(port, peer, [&one](stream& from) {
      for (;;) {
        const auto done = one.speaks->take(from.input(), from.output());
        if (done.bytes == 0)
          return;
        from.take(done.bytes);
        if (!done.finished || !one.greeting)
          continue;
        one.greeting = false;
        one.speaks->begin(from.output());
      }
    });
    one.greeting = one.speaks->greet(over.output());
    if (!one.greeting)
      one.speaks->begin(over.output());
    loop.flush(over);
  }
  answer_on(loop);
}

void run_mock(std::uint16_t port) {
  event_loop loop{nullptr};
  loop.listen(port, [] { return stream::handler{answer_lines}; });
  answer_on(loop);
}

void run_echo(std::uint16_t port) {
  event_loop loop{nullptr};
  loop.listen(port, [] {
    return stream::handler{[](stream& from) {
      from.output() += from.input();
      from.take(from.input().size());
    }};
  });
  answer_on(loop);
}

} // namespace evenkeel::bench
