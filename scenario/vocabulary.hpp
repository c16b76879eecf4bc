// The words of NODES, STATS and errors (docs/protocol.md) that a script may expect, and what each
// can be compared with. Pure. test/e2e/scenario_test.cpp compares them with a real cluster's.
#pragma once

#include "scenario/script.hpp"

#include <span>
#include <string>
#include <string_view>

namespace evenkeel::scenario {

enum class field_kind {
  count,   ///< a whole number
  decimal, ///< any number from 0 on
  state,   ///< of a node: is it, or is it not?
  text,    ///< the same, any text
};

struct known_field {
  std::string_view name;
  field_kind kind;
};

/// Of a node's line in NODES, but for its name.
std::span<const known_field> node_fields();
/// Of STATS.
std::span<const known_field> stats_figures();
std::span<const std::string_view> node_states();
/// What the clients of a load can see: codes of the protocol, `closed` and `silent`.
std::span<const std::string_view> client_errors();

/// Throws std::invalid_argument, with all there are, unless `name` is one of them.
void require_field(std::span<const known_field> fields, const std::string& name,
                   const std::string& what);
void require_word(std::span<const std::string_view> words, const std::string& word,
                  const std::string& what);
/// Throws std::invalid_argument unless such a field can be compared so. Its name is known.
void require_comparable(std::span<const known_field> fields, const comparison& wanted);

} // namespace evenkeel::scenario
