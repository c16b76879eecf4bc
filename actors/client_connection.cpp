#include "actors/client_connection.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <chrono>
#include <utility>

namespace evenkeel {

namespace asio = boost::asio;

namespace {

constexpr auto discard_time = std::chrono::seconds(10);

/// One for all connections of the gateway's thread: an idle client costs no buffer.
thread_local std::array<char, 65536> input;

} // namespace

client_connection::client_connection(client_socket socket)
    : socket_(std::move(socket)), timer_(socket_.tcp().get_executor()),
      rest_timer_(socket_.tcp().get_executor()) {}

/// `handler` is called with an error when there will be nothing to read.
template <class Handler>
void client_connection::wait_to_read(Handler handler) {
  if (socket_.has_unread())
    asio::post(timer_.get_executor(),
               [handler = std::move(handler)] { handler(boost::system::error_code{}); });
  else
    socket_.tcp().async_wait(socket_.read_wait(), std::move(handler));
}

void client_connection::read() {
  if (reading_ || finishing_ || over_)
    return;
  reading_ = true;
  wait_to_read([self = shared_from_this()](const boost::system::error_code& error) {
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
  const auto bytes = socket_.read_some(input, error);
  if (!error)
    events_.on_input(std::string_view(input.data(), bytes));
  else if (error == asio::error::would_block)
    read();
  else if (error == asio::error::eof)
    events_.on_eof();
  else if (error == asio::error::no_protocol_option)
    turn_away_plain_speech();
  else
    gone();
}

void client_connection::turn_away_plain_speech() {
  boost::system::error_code ignored;
  socket_.write_some("-DENIED from other machines this port is for TLS\n", ignored);
  finish(input.size());
}

/// As much as can be sent now; an error that is none but "not now" comes again, in the event loop.
std::size_t client_connection::send(std::string_view bytes, boost::system::error_code& error) {
  std::size_t sent = 0;
  while (sent < bytes.size() && !error)
    sent += socket_.write_some(bytes.substr(sent), error);
  return sent;
}

std::size_t client_connection::write(std::string bytes) {
  if (over_)
    return bytes.size();
  if (!leaving_.empty()) {
    waiting_ += bytes;
    return 0;
  }
  boost::system::error_code error;
  const auto sent = send(bytes, error);
  if (sent == bytes.size())
    return sent;
  leaving_ = std::move(bytes);
  left_ = sent;
  start_write();
  return sent;
}

void client_connection::start_write() {
  socket_.tcp().async_wait(socket_.write_wait(),
                           [self = shared_from_this()](const boost::system::error_code& error) {
                             if (self->over_)
                               return;
                             if (error)
                               self->gone();
                             else
                               self->write_on();
                           });
}

void client_connection::write_on() {
  boost::system::error_code error;
  const auto sent = send(std::string_view(leaving_).substr(left_), error);
  if (error && error != asio::error::would_block)
    return gone();
  left_ += sent;
  if (left_ == leaving_.size()) {
    leaving_ = std::exchange(waiting_, {});
    left_ = 0;
  }
  if (!leaving_.empty())
    start_write();
  else if (finishing_)
    start_discarding();
  if (!finishing_)
    events_.on_written(sent);
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
  socket_.shutdown_send();
  timer_.expires_after(discard_time);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error)
      self->gone();
  });
  if (reading_) { // what is outstanding is of no use any more
    rest_timer_.cancel();
    socket_.tcp().cancel(ignored);
  }
  discard();
}

void client_connection::discard() {
  wait_to_read([self = shared_from_this()](const boost::system::error_code& waited) {
    auto error = waited;
    const auto bytes = error || self->over_ ? 0 : self->socket_.read_some(input, error);
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
  socket_.tcp().close(ignored);
  const auto last = std::exchange(events_, {});
  if (last.on_gone)
    last.on_gone();
}

} // namespace evenkeel
