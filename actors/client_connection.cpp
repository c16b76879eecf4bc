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

client_connection::client_connection(asio::ip::tcp::socket socket, std::function<void()> on_gone)
    : socket_(std::move(socket)), timer_(socket_.get_executor()), on_gone_(std::move(on_gone)) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
}

client_connection::~client_connection() {
  on_gone_();
}

void client_connection::attach(client_session_actor session) {
  session_ = std::move(session);
}

void client_connection::read_more() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->start_read(); });
}

void client_connection::start_read() {
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

void client_connection::take_input() {
  boost::system::error_code error;
  const auto bytes = socket_.read_some(asio::buffer(input), error);
  if (!error)
    caf::anon_send(session_, std::string(input.data(), bytes));
  else if (error == asio::error::would_block)
    start_read();
  else if (error == asio::error::eof)
    caf::anon_send(session_, client_eof{});
  else
    gone();
}

void client_connection::write(std::string bytes) {
  asio::post(socket_.get_executor(), [self = shared_from_this(), text = std::move(bytes)] {
    if (self->over_)
      return;
    self->waiting_ += text;
    self->start_write();
  });
}

void client_connection::start_write() {
  if (!leaving_.empty() || waiting_.empty())
    return;
  leaving_ = std::exchange(waiting_, {});
  asio::async_write(
      socket_, asio::buffer(leaving_),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
        if (error)
          self->gone();
        else
          self->on_written();
      });
}

void client_connection::on_written() {
  if (over_)
    return;
  caf::anon_send(session_, client_drained{leaving_.size()});
  leaving_.clear();
  if (!waiting_.empty())
    start_write();
  else if (finishing_)
    start_discarding();
}

void client_connection::finish(std::uint64_t discard_limit) {
  asio::post(socket_.get_executor(), [self = shared_from_this(), discard_limit] {
    if (self->over_ || self->finishing_)
      return;
    self->finishing_ = true;
    self->discard_limit_ = discard_limit;
    if (self->leaving_.empty() && self->waiting_.empty())
      self->start_discarding();
  });
}

void client_connection::start_discarding() {
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  timer_.expires_after(discard_time);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error)
      self->gone();
  });
  if (reading_) // the outstanding read is of no use any more
    socket_.cancel(ignored);
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

void client_connection::close() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->gone(); });
}

void client_connection::gone() {
  if (std::exchange(over_, true))
    return;
  boost::system::error_code ignored;
  timer_.cancel();
  socket_.close(ignored);
  if (session_)
    caf::anon_send(session_, client_gone{});
  session_ = nullptr;
}

} // namespace evenkeel
