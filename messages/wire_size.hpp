// How much room an item takes in a packet: never less than what is really sent, and close to it
// where texts are long. Counting is on the safe side: fixed parts count as they lie in memory,
// which is more than CAF's binary format takes for them. Must not know: the format itself, what is
// done with packets.
#pragma once

#include "messages/protocol.hpp"

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace evenkeel {

/// Most messages stay below this; packets are to be of at most about 256 KiB, headers included.
inline constexpr std::size_t message_limit = std::size_t{192} * 1024;

/// Ids, ranges, counts: everything without texts.
template <class T>
requires std::is_trivially_copyable_v<T> std::size_t wire_size(const T&) {
  return sizeof(T);
}

inline std::size_t wire_size(const submitted_job& x) {
  return sizeof(x) + x.spec.text.size() + x.spec.body.size();
}

inline std::size_t wire_size(const assignment& x) {
  return sizeof(x) + x.home_code.size() + x.spec.text.size() + x.spec.body.size();
}

inline std::size_t wire_size(const released_attempt& x) {
  return sizeof(x) + x.text.size();
}

inline std::size_t wire_size(const lost_attempt& x) {
  return sizeof(x) + x.node.size();
}

inline std::size_t wire_size(const travelling_result& x) {
  return sizeof(job_id) + size_of(x.result);
}

inline std::size_t wire_size(const job_view& x) {
  return sizeof(x) + x.name.code.size() + x.node.size() + x.reason.size() + x.text.size()
         + x.key.size();
}

template <class T>
std::size_t wire_size(const std::vector<T>& items) {
  std::size_t total = 0;
  for (const auto& item : items)
    total += wire_size(item);
  return total;
}

std::size_t wire_size(const answer& x);

/// Cuts a list into lists of at most `limit` bytes, in order; an item that is larger than that has
/// a list to itself. A list within the limit comes back as it is; an empty one as no list at all.
template <class T>
std::vector<std::vector<T>> cut(std::vector<T> items, std::size_t limit = message_limit) {
  std::vector<std::vector<T>> result;
  if (items.empty())
    return result;
  if (wire_size(items) <= limit) {
    result.push_back(std::move(items));
    return result;
  }
  std::size_t bytes = 0;
  for (auto& item : items) {
    const auto size = wire_size(item);
    if (result.empty() || bytes + size > limit) {
      result.emplace_back();
      bytes = 0;
    }
    bytes += size;
    result.back().push_back(std::move(item));
  }
  return result;
}

} // namespace evenkeel
