#include "actors/core/ledger_outbox.hpp"

#include "actors/core/ledger_submission.hpp" // message_bytes

#include <algorithm>
#include <iterator>

namespace evenkeel::core {

namespace {

template <class Message, class Item>
void drain_into(std::vector<node_message>& messages, std::vector<Item>& items) {
  constexpr std::size_t per_message = message_bytes / sizeof(Item);
  for (std::size_t from = 0; from < items.size(); from += per_message) {
    const auto to = std::min(from + per_message, items.size());
    messages.emplace_back(Message{{items.begin() + static_cast<std::ptrdiff_t>(from),
                                   items.begin() + static_cast<std::ptrdiff_t>(to)}});
  }
  items.clear();
}

} // namespace

std::vector<node_message> ledger_outbox::drain() {
  std::vector<node_message> messages;
  drain_into<result_ack>(messages, acknowledged);
  drain_into<grant_batch>(messages, granted);
  drain_into<verdict_batch>(messages, verdicts);
  drain_into<cancel_batch>(messages, cancelled);
  return messages;
}

} // namespace evenkeel::core
