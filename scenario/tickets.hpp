// What clients were told: every ticket, its home, its result. Judges at once: a ticket is given
// once, its result never changes, whoever is asked, and it is never -NOT_FOUND.
// For several threads. Must not know: sockets, processes.
#pragma once

#include "client/replies.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace evenkeel::scenario {

/// A ticket, and the node that gave it.
struct known_ticket {
  std::string ticket;
  std::string home;
};

/// What an answer to RESULT means for who asked.
enum class verdict { result, not_ready, refused };

class ticket_book {
public:
  void acknowledged(const std::string& ticket, const std::string& home);
  /// An answer to "RESULT <ticket> both" at node `asked`.
  verdict answered(const std::string& ticket, const std::string& asked,
                   const client::reply& answer);

  /// The first promise that was broken, as a sentence; empty while all were kept.
  [[nodiscard]] std::string breach() const;
  [[nodiscard]] std::size_t tickets() const;
  [[nodiscard]] std::size_t results() const;
  [[nodiscard]] std::vector<known_ticket> all() const;
  [[nodiscard]] std::vector<known_ticket> without_result() const;
  /// First line of the result; empty without.
  [[nodiscard]] std::string result_of(const std::string& ticket) const;

private:
  struct entry {
    std::string home;
    std::string result; ///< first line and output, byte for byte
    std::string seen_at;
  };

  void break_promise(const std::string& what);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, entry> entries_;
  std::vector<std::string> order_; ///< of acknowledgement
  std::size_t results_ = 0;
  std::string breach_;
};

} // namespace evenkeel::scenario
