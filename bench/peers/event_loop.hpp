// Streams on one epoll set, by hand: level-triggered, a reply costs one recv and one send, where
// Boost.Asio makes a second recv to learn that nothing more is there. Clients, workers and the mock
// server all run on it. Owns: the streams. Must not know: protocols, figures.
#pragma once

#include "bench/peers/stream.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace evenkeel::bench {

class event_loop {
public:
  /// When `stop` becomes true, run_once throws scenario::interrupted.
  explicit event_loop(const std::atomic<bool>* stop);
  ~event_loop();
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  /// To 127.0.0.1. Throws connection_lost; so does run_once when the other side closes.
  stream& connect(std::uint16_t port, const std::string& name, stream::handler on_input);
  /// One port of 127.0.0.1 a loop; `make_handler` is called for each connection that comes. When
  /// one is closed by its client, that is fine.
  void listen(std::uint16_t port, std::function<stream::handler()> make_handler);
  /// Sends what was appended outside of its own handler.
  void flush(stream& one);
  /// Waits for something to happen, but no longer than this, and handles it.
  void run_once(std::chrono::milliseconds longest);

private:
  stream& add(int socket, const std::string& name, stream::handler on_input);
  void watch(stream& one, bool writing);
  void accept_one();
  void handle(stream& one, std::uint32_t events);

  const std::atomic<bool>* stop_;
  int epoll_;
  int listener_ = -1;
  std::function<stream::handler()> make_handler_;
  std::unordered_map<stream*, std::unique_ptr<stream>> streams_;
  std::vector<stream*> touched_; ///< had events in this round; flushed at its end
};

} // namespace evenkeel::bench
