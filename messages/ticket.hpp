// Tickets: job ids as clients see them, `<code>-<sequence><check>` in Crockford's base 32.
// Owns the text format and its check character. Must not know which ledger a code stands for.
//
//   ticket   = code "-" sequence check          at most 20 characters, printed in lower case
//   code     = 5 characters, the first a letter other than r; names the home ledger
//   sequence = 1 to 13 characters, no leading zero
//   check    = 1 character over GF(32): catches any one wrong character and any swap of two
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel {

/// A ticket taken apart. `code` is in canonical lower case.
struct ticket {
  std::string code;
  std::uint64_t sequence = 0;
  friend auto operator<=>(const ticket&, const ticket&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ticket& x) {
  return f(x.code, x.sequence);
}

/// "k7m2q-1c5". `t.code` must be a valid code and `t.sequence` at least 1.
std::string to_text(const ticket& t);

/// Any case; O reads as 0, I and L as 1, as Crockford has it. Nothing for a malformed ticket or a
/// wrong check character: a mistyped ticket is never another job.
std::optional<ticket> ticket_from_text(std::string_view text);

/// The `attempt`-th candidate code of a ledger, derived from its id; the proxy takes the first that
/// no other ledger has (R5).
std::string ledger_code(std::uint64_t high, std::uint64_t low, std::uint32_t attempt);

/// True for five canonical characters of which the first is an allowed letter.
bool valid_ledger_code(std::string_view code);

} // namespace evenkeel
