// The calls that an executor runs for the ledger beside it (home_call.hpp): those that it has taken
// on, and what it has to tell of them at the next flush. Must not know: slots, how calls are run.
#pragma once

#include "actors/core/effects.hpp"
#include "actors/core/home_call.hpp"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace evenkeel::core {

class executor_home_calls {
public:
  void add(std::uint64_t number, instant now) { taken_[number] = {now.steady_us, false}; }
  void decline(std::uint64_t number) { news_.declined.push_back(number); }
  /// False: it is not here.
  bool end(std::uint64_t number, std::int64_t took_us, job_result result);
  void on_withdrawal(std::uint64_t number, bool withdrawn);
  home_call_news take_news() { return std::exchange(news_, {}); }

  /// Those that are not asked back already; they are from now on.
  std::vector<std::uint64_t> to_withdraw();
  /// The same, of those that have been here for long.
  std::vector<std::uint64_t> to_withdraw(instant now);

  [[nodiscard]] std::size_t size() const { return taken_.size(); }
  /// That have been here for long: a slot each, and nobody knows how much longer.
  [[nodiscard]] std::size_t count_long(instant now) const;
  [[nodiscard]] std::uint64_t done() const { return done_; }

private:
  struct entry {
    std::int64_t since_us = 0;
    bool asked_back = false;
  };

  std::map<std::uint64_t, entry> taken_; ///< by number: in the order in which they came
  home_call_news news_;
  std::uint64_t done_ = 0;
};

} // namespace evenkeel::core
