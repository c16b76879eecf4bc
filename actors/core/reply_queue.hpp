// The replies that a session owes, in the order of their requests: asked, answered out of turn, or
// to be asked again. Owns the texts that wait for an earlier reply.
// Must not know: what a reply says, or when a request may be asked.
#pragma once

#include "actors/core/reply_format.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::core {

enum class owed_stage : std::uint8_t {
  asked, ///< the node's answer is to come
  page,  ///< a part of the reply is here, the next question waits for its turn
  again, ///< a WAIT's answer was too much to hold: it is asked again when its turn comes
  ready  ///< `text` is the reply
};

/// What a request in flight lets pass (client_session.hpp).
enum class passage : std::uint8_t { submission, plain_wait, exclusive };

struct owed_reply {
  owed_stage stage = owed_stage::ready;
  passage pass = passage::exclusive;
  bool paged = false;
  std::size_t asked_bytes = 0; ///< of the job, while it is on its way to the node
  stream_choice streams = stream_choice::out;
  reply_context context;
  std::string text;
};

class reply_queue {
public:
  [[nodiscard]] bool empty() const { return first_ == owed_.size(); }
  [[nodiscard]] std::size_t size() const { return owed_.size() - first_; }
  /// The number that the next request gets; they rise by one, from 1.
  [[nodiscard]] std::uint64_t next_number() const { return first_number_ + size(); }
  [[nodiscard]] std::uint64_t first_number() const { return first_number_; }
  [[nodiscard]] std::size_t held_bytes() const { return held_bytes_; }

  void push(owed_reply reply);
  owed_reply& front() { return owed_[first_]; }
  /// Null: no such reply is owed.
  owed_reply* find(std::uint64_t number);
  void pop();
  /// Call after `text` of a reply has grown or shrunk.
  void held(std::size_t before, std::size_t after) { held_bytes_ += after - before; }

private:
  std::vector<owed_reply> owed_; ///< the first `first_` are over
  std::size_t first_ = 0;
  std::uint64_t first_number_ = 1;
  std::size_t held_bytes_ = 0;
};

} // namespace evenkeel::core
