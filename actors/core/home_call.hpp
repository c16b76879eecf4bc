// Home calls: calls of functions so short that they are over before the proxy could have said where
// they run, so their home has its own executor run them (docs/architecture.md 8). What the two say
// to each other about them; inside a process, and nothing of it waits for the disk.
// Must not know: when a call is short.
#pragma once

#include "messages/ids.hpp"
#include "messages/job.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace evenkeel::core {

struct home_call {
  std::uint64_t number = 0; ///< the ledger's name for it, never used again in this process
  std::uint32_t expected_us = 0;
  std::string function;
  std::string arguments;
  friend bool operator==(const home_call&, const home_call&) = default;
};

/// What those who run jobs call a home call: no job has a ledger of zeros.
inline attempt_ref home_call_ref(std::uint64_t number) {
  return {{ledger_id{}, number}, {}};
}
inline bool is_home_call(const attempt_ref& what) {
  return what.job.ledger == ledger_id{};
}

/// ledger -> executor. Each is answered once.
struct run_home_calls {
  std::vector<home_call> calls;
  friend bool operator==(const run_home_calls&, const run_home_calls&) = default;
};

struct home_call_end {
  std::uint64_t number = 0;
  std::int64_t took_us = 0;
  job_result result;
  friend bool operator==(const home_call_end&, const home_call_end&) = default;
};

/// executor -> ledger.
struct home_call_news {
  std::vector<home_call_end> ended;
  std::vector<std::uint64_t> declined; ///< never began here, and will not
  [[nodiscard]] bool empty() const { return ended.empty() && declined.empty(); }
  friend bool operator==(const home_call_news&, const home_call_news&) = default;
};

} // namespace evenkeel::core
