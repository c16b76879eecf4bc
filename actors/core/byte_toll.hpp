// How many bytes a second each client may send, whoever that is: one of these counts by address,
// another by the name of the token, over all connections together. Who sends more is not refused
// anything; it is read later. Owns: a time for each client that sent lately, and for none else.
// Must not know: sockets, sessions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace evenkeel::core {

class byte_toll {
public:
  /// 0: no limit.
  explicit byte_toll(std::uint64_t bytes_a_second) : rate_{bytes_a_second} {}

  [[nodiscard]] bool limits() const { return rate_ != 0; }
  /// So many bytes of this client have been read: how many microseconds nothing more of it is to be
  /// read. A second's worth is free of that for who has sent nothing for a second.
  std::uint64_t take(const std::string& who, std::size_t bytes, std::int64_t now_us);
  /// Clients that are remembered.
  [[nodiscard]] std::size_t size() const { return paid_until_.size(); }

private:
  void forget_idle(std::int64_t now_us);

  std::uint64_t rate_;
  /// When what it sent so far would have come at this rate.
  std::unordered_map<std::string, std::int64_t> paid_until_;
  std::size_t forget_above_ = 64;
};

} // namespace evenkeel::core
