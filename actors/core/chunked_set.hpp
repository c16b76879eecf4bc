// A set in order that costs little more than its elements: they stand side by side in chunks. For
// queues of a million jobs, where a node of std::set would weigh as much as the job.
// Made for elements that mostly come in ascending order and go from the front. Must not know: jobs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

namespace evenkeel::core {

template <class T, std::size_t Most = 128>
class chunked_set {
public:
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// The smallest; there must be one.
  [[nodiscard]] const T& front() const { return chunks_.begin()->second.front(); }

  [[nodiscard]] bool contains(const T& x) const {
    const auto chunk = chunks_.upper_bound(x);
    return chunk != chunks_.begin()
           && std::binary_search(std::prev(chunk)->second.begin(), std::prev(chunk)->second.end(),
                                 x);
  }

  /// False: it is there already.
  bool insert(const T& x) {
    auto chunk = chunk_for(x);
    auto place = std::lower_bound(chunk->second.begin(), chunk->second.end(), x);
    if (place != chunk->second.end() && *place == x)
      return false;
    if (chunk->second.size() == Most) {
      chunk = split(chunk, x);
      place = std::lower_bound(chunk->second.begin(), chunk->second.end(), x);
    }
    chunk->second.insert(place, x);
    ++size_;
    return true;
  }

  /// How many were there: 0 or 1.
  std::size_t erase(const T& x) {
    auto chunk = chunks_.upper_bound(x);
    if (chunk == chunks_.begin())
      return 0;
    --chunk;
    const auto place = std::lower_bound(chunk->second.begin(), chunk->second.end(), x);
    if (place == chunk->second.end() || *place != x)
      return 0;
    chunk->second.erase(place);
    --size_;
    tidy(chunk);
    return 1;
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& [lowest, chunk] : chunks_)
      for (const auto& x : chunk)
        visit(x);
  }

private:
  /// By a lower bound of what is in them; none is empty.
  using chunk_map = std::map<T, std::vector<T>>;
  using iterator = typename chunk_map::iterator;

  iterator add_chunk(const T& lowest) {
    const auto chunk = chunks_.emplace(lowest, std::vector<T>{}).first;
    chunk->second.reserve(Most);
    return chunk;
  }

  /// The one that `x` belongs into, with a lower bound that fits.
  iterator chunk_for(const T& x) {
    if (chunks_.empty())
      return add_chunk(x);
    const auto above = chunks_.upper_bound(x);
    if (above != chunks_.begin())
      return std::prev(above);
    auto first = chunks_.extract(chunks_.begin());
    first.key() = x;
    return chunks_.insert(std::move(first)).position;
  }

  /// Makes room in a full chunk; returns the one for `x`. What comes in ascending order leaves full
  /// chunks behind.
  iterator split(iterator chunk, const T& x) {
    auto& full = chunk->second;
    if (std::next(chunk) == chunks_.end() && full.back() < x)
      return add_chunk(x);
    const auto middle = full.begin() + static_cast<std::ptrdiff_t>(Most / 2);
    const auto upper = add_chunk(*middle);
    upper->second.assign(middle, full.end());
    full.erase(middle, full.end());
    return x < upper->first ? chunk : upper;
  }

  /// After an erasure: no empty chunk, and no row of nearly empty ones.
  void tidy(iterator chunk) {
    auto& left = chunk->second;
    if (left.empty()) {
      chunks_.erase(chunk);
      return;
    }
    const auto next = std::next(chunk);
    if (left.size() > Most / 4 || next == chunks_.end() || next->second.size() > Most / 4)
      return;
    left.insert(left.end(), next->second.begin(), next->second.end());
    chunks_.erase(next);
  }

  chunk_map chunks_;
  std::size_t size_ = 0;
};

} // namespace evenkeel::core
