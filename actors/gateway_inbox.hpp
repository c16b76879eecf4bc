// What CAF's threads send to client sessions, on its way to the gateway's thread: the mailbox of
// all sessions together. Thread safe; wakes the event loop once for all that came meanwhile.
// Owns: the messages that wait. Must not know: sessions, sockets.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <caf/mailbox_element.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace evenkeel {

class gateway_inbox : public std::enable_shared_from_this<gateway_inbox> {
public:
  struct item {
    std::uint64_t session = 0;
    caf::mailbox_element_ptr message;
  };
  using receiver = std::function<void(item&)>; ///< on the thread that runs the context

  gateway_inbox(boost::asio::io_context& context, receiver receive)
      : context_(&context), receive_(std::move(receive)) {}

  /// From any thread. Dropped after `close`.
  void push(std::uint64_t session, caf::mailbox_element_ptr message) {
    const std::lock_guard<std::mutex> guard{mutex_};
    if (context_ == nullptr)
      return;
    waiting_.push_back({session, std::move(message)});
    if (waiting_.size() == 1)
      boost::asio::post(*context_, [self = shared_from_this()] { self->deliver(); });
  }

  /// The context may go now.
  void close() {
    const std::lock_guard<std::mutex> guard{mutex_};
    context_ = nullptr;
    waiting_.clear();
  }

private:
  void deliver() {
    std::vector<item> batch;
    {
      const std::lock_guard<std::mutex> guard{mutex_};
      batch.swap(waiting_);
    }
    for (auto& next : batch)
      receive_(next);
  }

  std::mutex mutex_;
  boost::asio::io_context* context_; ///< null once closed
  receiver receive_;
  std::vector<item> waiting_;
};

} // namespace evenkeel
