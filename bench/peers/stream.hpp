// One TCP connection that never waits: bytes that have come and were not taken yet, and bytes that
// are to be sent. Owns: the socket. Must not know: who waits for it, what the bytes mean.
#pragma once

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::bench {

/// One sentence that names the peer.
struct connection_lost : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class stream {
public:
  /// Takes some of `input`, appends to `output`.
  using handler = std::function<void(stream&)>;

  /// Takes over the socket, which does not block. `name` is for complaints.
  stream(int socket, std::string name, handler on_input);
  ~stream();
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  [[nodiscard]] std::string_view input() const {
    return {buffer_.data() + taken_, filled_ - taken_};
  }
  void take(std::size_t bytes) { taken_ += bytes; }
  /// Append only; it is sent by `flush`.
  [[nodiscard]] std::string& output() { return output_; }

  /// Reads once. False: the other side has closed. Throws connection_lost.
  bool fill();
  /// Sends what the system takes; false: something is left. Throws connection_lost.
  bool flush();
  void handle() { on_input_(*this); }

  [[nodiscard]] int socket() const { return socket_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  bool wants_to_write = false; ///< the event loop's note

private:
  [[noreturn]] void fail(const char* what) const;
  void make_room();

  int socket_;
  std::string name_;
  handler on_input_;
  std::vector<char> buffer_;
  std::size_t taken_ = 0;
  std::size_t filled_ = 0;
  std::string output_;
  std::size_t sent_ = 0;
};

} // namespace evenkeel::bench
