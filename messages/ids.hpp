// The identities of the system as strong types: ledgers, jobs, process starts, epochs and fences.
// Plain values without CAF; every struct has one free `inspect` so that CAF can carry it.
// Must not know: how an id is shown to clients (ticket.hpp) or stored (persistence).
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace evenkeel {

/// A node's ticket ledger: random 128 bits, drawn once when its data directory is made (R5).
/// All zero means "none".
struct ledger_id {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const ledger_id&, const ledger_id&) = default;
  [[nodiscard]] bool valid() const { return high != 0 || low != 0; }
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ledger_id& x) {
  return f(x.high, x.low);
}

/// 32 lower-case hex digits.
std::string to_text(const ledger_id& id);
/// Reverse of `to_text`; an invalid id for anything else.
ledger_id ledger_id_from_text(std::string_view text);

/// One job for ever: the ledger that issued it and its number there, counted from 1.
struct job_id {
  ledger_id ledger;
  std::uint64_t sequence = 0;
  friend auto operator<=>(const job_id&, const job_id&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_id& x) {
  return f(x.ledger, x.sequence);
}

/// One start of a node process: a counter fsynced in its data directory and a random nonce.
struct incarnation {
  std::uint64_t counter = 0;
  std::uint64_t nonce = 0;
  friend auto operator<=>(const incarnation&, const incarnation&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, incarnation& x) {
  return f(x.counter, x.nonce);
}

/// One start of a proxy (R1). Any difference between two epochs is a new epoch.
struct epoch {
  std::uint64_t counter = 0;
  std::uint64_t nonce = 0;
  friend auto operator<=>(const epoch&, const epoch&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, epoch& x) {
  return f(x.counter, x.nonce);
}

/// The totally ordered number of an assignment (R2): the proxy's epoch counter, then a count within
/// that epoch. {0, 0} means "never assigned".
struct fence {
  std::uint64_t epoch = 0;
  std::uint64_t number = 0;
  friend auto operator<=>(const fence&, const fence&) = default;
  [[nodiscard]] bool valid() const { return epoch != 0 || number != 0; }
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, fence& x) {
  return f(x.epoch, x.number);
}

/// One attempt of one job, as every message about attempts names it.
struct attempt_ref {
  job_id job;
  fence assigned;
  friend auto operator<=>(const attempt_ref&, const attempt_ref&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, attempt_ref& x) {
  return f(x.job, x.assigned);
}

} // namespace evenkeel

template <>
struct std::hash<evenkeel::ledger_id> {
  std::size_t operator()(const evenkeel::ledger_id& id) const noexcept {
    return static_cast<std::size_t>(id.high ^ (id.low * 0x9e3779b97f4a7c15ULL));
  }
};

template <>
struct std::hash<evenkeel::job_id> {
  std::size_t operator()(const evenkeel::job_id& id) const noexcept {
    return std::hash<evenkeel::ledger_id>{}(id.ledger)
           ^ static_cast<std::size_t>(id.sequence * 0xff51afd7ed558ccdULL);
  }
};
