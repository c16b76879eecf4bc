// How many connections each client has, so that none keeps the others out: one of these counts by
// address, another by the name of the token. Owns: a count for each that is here, and for none
// else. Must not know: sockets, sessions.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

namespace evenkeel::core {

class connection_quota {
public:
  /// `most`: of each client; 0: no limit.
  explicit connection_quota(std::size_t most) : most_{most} {}

  /// False: it has as many as it may. Otherwise `leave` is due once.
  bool enter(const std::string& who) {
    auto& count = counts_[who];
    if (most_ != 0 && count >= most_)
      return false;
    ++count;
    return true;
  }
  void leave(const std::string& who) {
    const auto found = counts_.find(who);
    if (found != counts_.end() && --found->second == 0)
      counts_.erase(found);
  }
  /// Clients that are here.
  [[nodiscard]] std::size_t size() const { return counts_.size(); }

private:
  std::size_t most_;
  std::unordered_map<std::string, std::size_t> counts_;
};

} // namespace evenkeel::core
