// The results that are answered without a read from disk: the recently recorded or read ones.
// Owns copies only; whatever is missing here is on disk. Must not know: jobs, clients, the store.
#pragma once

#include "messages/job.hpp"

#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <utility>

namespace evenkeel::core {

/// Least recently used results go first when `limit_bytes` is exceeded.
class result_cache {
public:
  explicit result_cache(std::uint64_t limit_bytes) : limit_(limit_bytes) {}

  /// A result of more than the whole limit is not kept.
  void put(std::uint64_t sequence, const job_result& result);
  /// Null: not here. Valid until the next call that is not const.
  const job_result* find(std::uint64_t sequence);
  void erase(std::uint64_t sequence);

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// What is wrong; empty when all is well.
  [[nodiscard]] std::string check() const;

private:
  using order = std::list<std::pair<std::uint64_t, job_result>>; ///< the latest use in front

  std::uint64_t limit_;
  std::uint64_t bytes_ = 0;
  order order_;
  std::map<std::uint64_t, order::iterator> places_;
};

} // namespace evenkeel::core
