#include "apps/bench_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <sstream>
#include <stdexcept>
#include <utility>

namespace evenkeel::apps {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

bench_connection::bench_connection(asio::io_context& context)
    : context_(context), socket_(context) {}

void bench_connection::connect(const tcp::endpoint& where, std::chrono::milliseconds timeout) {
  auto result = error_code{asio::error::would_block};
  socket_.async_connect(where, [&result](const error_code& error) { result = error; });
  context_.restart();
  context_.run_for(timeout);
  error_code ignored;
  if (result == asio::error::would_block) {
    socket_.close(ignored);
    context_.run(); // the handler refers to `result`
    result = asio::error::timed_out;
  }
  if (result) {
    std::ostringstream text;
    text << "cannot connect to " << where << ": " << result.message();
    throw std::runtime_error(text.str());
  }
  socket_.set_option(tcp::no_delay(true), ignored);
}

void bench_connection::start(reply_handler on_reply, end_handler on_end) {
  on_reply_ = std::move(on_reply);
  on_end_ = std::move(on_end);
  read();
}

void bench_connection::send(std::string_view request) {
  if (closed_)
    return;
  waiting_.append(request);
  if (flush_posted_ || !writing_.empty())
    return;
  flush_posted_ = true;
  asio::post(context_, [this] {
    flush_posted_ = false;
    flush();
  });
}

void bench_connection::close() {
  closed_ = true;
  error_code ignored;
  socket_.close(ignored);
}

void bench_connection::read() {
  socket_.async_read_some(asio::buffer(input_), [this](const error_code& error, std::size_t size) {
    if (closed_)
      return;
    if (error) {
      lose(error == asio::error::eof ? "closed by the node" : error.message());
      return;
    }
    replies_.feed({input_.data(), size});
    while (const auto next = replies_.next()) {
      on_reply_(*next);
      if (closed_)
        return;
    }
    if (replies_.broken())
      lose("this is not Evenkeel's client protocol");
    else
      read();
  });
}

void bench_connection::flush() {
  if (closed_ || waiting_.empty())
    return;
  writing_.swap(waiting_);
  asio::async_write(socket_, asio::buffer(writing_), [this](const error_code& error, std::size_t) {
    writing_.clear();
    if (closed_)
      return;
    if (error)
      lose(error.message());
    else
      flush();
  });
}

void bench_connection::lose(const std::string& why) {
  close();
  on_end_(why);
}

} // namespace evenkeel::apps
