#include "messages/wire_size.hpp"

#include <string>

namespace evenkeel {

namespace {

/// More than the length in front of a text or list takes.
constexpr std::size_t length_bytes = 16;

} // namespace

std::size_t wire_size(const answer& x) {
  const auto& content = x.content;
  auto total = sizeof(x) + content.text.size() + content.subject.code.size();
  total += wire_size(content.jobs);
  for (const auto& output : content.outputs)
    total += length_bytes + output.size();
  for (const auto& record : content.records) {
    total += length_bytes;
    for (const auto& [name, text] : record)
      total += 2 * length_bytes + name.size() + text.size();
  }
  return total;
}

} // namespace evenkeel
