#include "actors/client_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>
#include <utility>

namespace evenkeel {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto discard_time = std::chrono::seconds(10);

/// One for all connections of the gateway's thread: an idle client costs no buffer.
thread_local std::array<char, 65536> input;

} // namespace

client_connection::client_connection(tcp::socket socket)
    : socket_(std::move(socket)), timer_(socket_.get_executor()),
      rest_timer_(socket_.get_executor()) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
}

void client_connection::read() {
  if (reading_ || finishing_ || over_)
    return;
  reading_ = true;
  socket_.async_wait(tcp::socket::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       self->reading_ = false;
                       if (self->finishing_ || self->over_)
                         return;
                       if (error)
                         self->gone();
                       else
                         self->take_input();
                     });
}

void client_connection::rest(std::chrono::microseconds length) {
  if (length <= std::chrono::microseconds{0} || reading_ || finishing_ || over_)
    return;
  reading_ = true; // so that nobody else begins
  rest_timer_.expires_after(length);
  rest_timer_.async_wait([self = shared_from_this()](const boost::system::error_code&) {
    self->reading_ = false;
    self->read();
  });
}

void client_connection::take_input() {
  boost::system::error_code error;
  const auto bytes = socket_.read_some(asio::buffer(input), error);
  if (!error)
    events_.on_input(std::string_view(input.data(), bytes));
  else if (error == asio::error::would_block)
    read();
  else if (error == asio::error::eof)
    events_.on_eof();
  else
    gone();
}

std::size_t client_connection::write(std::string bytes) {
  if (over_)
    return bytes.size();
  if (!leaving_.empty()) {
    waiting_ += bytes;
    return 0;
  }
  boost::system::error_code error;
  std::size_t sent = 0;
  while (sent < bytes.size() && !error)
    sent += socket_.write_some(asio::buffer(bytes.data() + sent, bytes.size() - sent), error);
  if (sent == bytes.size())
    return sent;
  leaving_ = std::move(bytes);
  leaving_.erase(0, sent);
  start_write(); // an error of the socket comes again, in the event loop
  return sent;
}

void client_connection::start_write() {
  asio::async_write(
      socket_, asio::buffer(leaving_),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t bytes) {
        if (error)
          self->gone();
        else
          self->on_written(bytes);
      });
}

void client_connection::on_written(std::size_t bytes) {
  if (over_)
    return;
  leaving_ = std::exchange(waiting_, {});
  if (!leaving_.empty())
    start_write();
  else if (finishing_)
    start_discarding();
  if (!finishing_)
    events_.on_written(bytes);
}

void client_connection::pause(std::chrono::milliseconds length) {
  timer_.expires_after(length);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && !self->finishing_ && !self->over_)
      self->events_.on_pause_over();
  });
}

void client_connection::finish(std::uint64_t discard_limit) {
  if (over_ || finishing_)
    return;
  finishing_ = true;
  discard_limit_ = discard_limit;
  if (leaving_.empty())
    start_discarding();
}

void client_connection::start_discarding() {
  boost::system::error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  timer_.expires_after(discard_time);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error)
      self->gone();
  });
  if (reading_) { // what is outstanding is of no use any more
    rest_timer_.cancel();
    socket_.cancel(ignored);
  }
  discard();
}

void client_connection::discard() {
  socket_.async_wait(
      tcp::socket::wait_read, [self = shared_from_this()](const boost::system::error_code& waited) {
        auto error = waited;
        const auto bytes = error ? 0 : self->socket_.read_some(asio::buffer(input), error);
        if ((error && error != asio::error::would_block) || bytes >= self->discard_limit_) {
          self->gone();
          return;
        }
        self->discard_limit_ -= bytes;
        self->discard();
      });
}

void client_connection::abandon() {
  events_ = {};
  gone();
}

void client_connection::gone() {
  if (std::exchange(over_, true))
    return;
  boost::system::error_code ignored;
  timer_.cancel();
  rest_timer_.cancel();
  socket_.close(ignored);
  const auto last = std::exchange(events_, {});
  if (last.on_gone)
    last.on_gone();
}

} // namespace evenkeel
