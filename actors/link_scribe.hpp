// A plain connection between two of our processes, as CAF's broker knows it. Reads whatever the
// socket has at once, where CAF asks for a header, then for what follows it; writes all messages of
// a turn of the event loop with one call, without waiting for an event first.
// Used on the thread of the event loop alone. Must not know: what the bytes mean.
#pragma once

#include <caf/io/all.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/stream_impl.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace evenkeel {

class link_scribe;

/// Remembers connections until the end of the turn.
class turn_writer {
public:
  virtual void write_at_end_of_turn(caf::intrusive_ptr<link_scribe> connection) = 0;

protected:
  ~turn_writer() = default;
};

/// How CAF's streams read and write.
class buffered_socket {
public:
  caf::io::network::rw_state read_some(std::size_t& taken, caf::io::network::native_socket socket,
                                       void* to, std::size_t size);
  static caf::io::network::rw_state write_some(std::size_t& taken,
                                               caf::io::network::native_socket socket,
                                               const void* from, std::size_t size);
  /// CAF asks once it has read often enough for one event: there is none for what is here.
  [[nodiscard]] bool must_read_more(caf::io::network::native_socket socket,
                                    std::size_t threshold) const;

private:
  caf::io::network::rw_state fill(caf::io::network::native_socket socket);
  void give_back();

  std::unique_ptr<char[]> buffer_; ///< only while something is in it
  std::size_t first_ = 0;
  std::size_t last_ = 0;
  bool drained_ = false; ///< the socket gave less than there was room for
};

class link_scribe final : public caf::io::scribe {
public:
  link_scribe(caf::io::network::default_multiplexer& backend,
              caf::io::network::native_socket socket, turn_writer& writer);

  void configure_read(caf::io::receive_policy::config config) override;
  void ack_writes(bool enable) override;
  std::vector<char>& wr_buf() override;
  std::vector<char>& rd_buf() override;
  void flush() override;
  void graceful_shutdown() override;
  [[nodiscard]] std::string addr() const override;
  [[nodiscard]] std::uint16_t port() const override;
  void add_to_loop() override;
  void remove_from_loop() override;

  /// What the socket does not take now is left to the event loop, as are errors.
  void write_now();

private:
  class stream final : public caf::io::network::stream_impl<buffered_socket> {
  public:
    using stream_impl::stream_impl;
    [[nodiscard]] bool waits_to_write() const { return state_.writing; }
  };

  stream stream_;
  turn_writer& writer_;
  bool launched_ = false;
  bool will_write_ = false;
};

} // namespace evenkeel
