#include "persistence/batch_numbers.hpp"

#include "persistence/format.hpp"
#include "persistence/keys.hpp"

#include <algorithm>

namespace evenkeel::persistence {

namespace {

constexpr std::size_t number_bytes = 8;

std::string number_key(std::uint64_t number) {
  std::string key(format::number_prefix);
  append_big_endian(key, number);
  return key;
}

/// Those of [first, last] that are in none of `present`, which is in order.
std::vector<number_range> gaps_between(const std::vector<number_range>& present,
                                       std::uint64_t first) {
  std::vector<number_range> gaps;
  for (const auto& range : present) {
    if (range.last < first)
      continue;
    if (range.first > first)
      gaps.push_back({first, range.first - 1});
    first = range.last + 1;
  }
  return gaps;
}

} // namespace

void batch_numbers::stamp(write_batch& batch) {
  if (next_ - oldest_ >= kept_)
    batch.erase(number_key(oldest_++));
  std::string oldest;
  append_big_endian(oldest, oldest_);
  batch.put(number_key(next_++), oldest);
}

void batch_numbers::found(std::string_view key, std::string_view value) {
  key.remove_prefix(format::number_prefix.size());
  if (key.size() != number_bytes)
    return;
  const auto number = read_big_endian(key);
  if (!present_.empty() && present_.back().last + 1 == number)
    present_.back().last = number;
  else
    present_.push_back({number, number});
  next_ = number + 1;
  // What the newest one says about the oldest counts: a batch that is gone has not erased anything.
  oldest_ = value.size() == number_bytes ? std::min(read_big_endian(value), number) : number;
}

bool batch_numbers::is_number(std::string_view key, std::string_view value) {
  return key.starts_with(format::number_prefix)
         && key.size() == format::number_prefix.size() + number_bytes
         && value.size() == number_bytes;
}

std::vector<number_range> batch_numbers::finish(std::uint64_t kept, std::uint64_t noted,
                                                write_batch& clean_up) {
  kept_ = std::max<std::uint64_t>(kept, 1);
  auto gaps = gaps_between(present_, oldest_);
  if (noted >= next_) {
    gaps.push_back({next_, noted});
    next_ = noted + 1;
  }
  const auto needed_from =
      gaps.empty() ? std::max(oldest_, next_ - std::min(next_ - 1, kept_)) : next_;
  for (const auto& range : present_)
    for (auto number = range.first; number <= range.last && number < needed_from; ++number)
      clean_up.erase(number_key(number));
  oldest_ = needed_from;
  present_.clear();
  return gaps;
}

std::string to_text(const std::vector<number_range>& ranges) {
  std::string text;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (i > 0)
      text += i + 1 == ranges.size() ? " and " : ", ";
    text += std::to_string(ranges[i].first);
    if (ranges[i].last != ranges[i].first)
      text += "-" + std::to_string(ranges[i].last);
  }
  return text;
}

std::string missing_text(const std::vector<number_range>& missing) {
  const bool one = missing.size() == 1 && missing.front().first == missing.front().last;
  return (one ? "synced batch " : "synced batches ") + to_text(missing)
         + (one ? " is missing" : " are missing") + ": acknowledged changes are lost";
}

} // namespace evenkeel::persistence
