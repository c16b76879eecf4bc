// Messages that are too large for one packet: cut before they are sent, put together on arrival.
//
//   lists    become several messages of the same kind, in order
//   texts    of a single item that is too large travel ahead as text_parts, in pieces of at most
//            128 KiB, `last` on the final piece of each; the message follows with exactly one item,
//            those texts empty, and one bit of `detached` set for each of them:
//              submit_batch, assign_batch   bit 0 spec.text    bit 1 spec.body
//              result_batch                 bit 0 out          bit 1 err
//              answer                       bit i outputs[i], up to 8
//            Parts come in the order of the bits; nothing else comes between.
//
// A question and its answer (locate, located, query, answer) are one message each, whatever the
// length of their lists. Owns the convention. Must not know: links, sequence numbers, actors.
#pragma once

#include "messages/protocol.hpp"
#include "messages/wire_size.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace evenkeel {

/// Pieces of long texts.
inline constexpr std::size_t text_part_limit = std::size_t{128} * 1024;

/// The messages that carry `message`, to be sent in this order. A message within `limit` comes back
/// as it is, nothing copied. `Message` is node_message or proxy_message.
template <class Message>
std::vector<Message> split(Message message, std::size_t limit = message_limit);

extern template std::vector<node_message> split(node_message, std::size_t);
extern template std::vector<proxy_message> split(proxy_message, std::size_t);

/// Reverse of the cutting of texts, one for each direction of a link. Lists stay as they come.
template <class Message>
class joiner {
public:
  /// `limit`: bytes of text that may wait for their message.
  explicit joiner(std::size_t limit = std::size_t{16} * 1024 * 1024) : limit_{limit} {}

  /// The next message as it arrived; nothing when it was a text_part, or `broken`.
  std::optional<Message> accept(Message message);

  /// The other side does not keep to the convention, or wants too much memory. Stays so; the link
  /// has to be dropped.
  [[nodiscard]] bool broken() const { return broken_; }

private:
  void take(text_part part);
  bool put_back(Message& message);
  void give_up();

  std::size_t limit_;
  std::size_t buffered_ = 0;
  bool open_ = false; ///< the last of `texts_` is not complete
  bool broken_ = false;
  std::vector<std::string> texts_;
};

extern template class joiner<node_message>;
extern template class joiner<proxy_message>;

} // namespace evenkeel
