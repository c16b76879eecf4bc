// Messages as a fake peer took them down.
#pragma once

#include "messages/protocol.hpp"

#include <utility>
#include <variant>
#include <vector>

namespace evenkeel::test {

template <class Message>
using said = std::vector<std::pair<link_header, Message>>;

/// All messages of one kind, in order.
template <class Kind, class Message>
std::vector<Kind> only(const said<Message>& messages) {
  std::vector<Kind> found;
  for (const auto& [header, content] : messages)
    if (const auto* wanted = std::get_if<Kind>(&content))
      found.push_back(*wanted);
  return found;
}

/// A handler that takes down messages of one kind.
template <class Kind, class Record>
auto take_down(Record record) {
  return [record](const link_header& header, const Kind& content) {
    record->messages.emplace_back(header, content);
  };
}

} // namespace evenkeel::test
