#include "scenario/vocabulary.hpp"

#include "scenario/words.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace evenkeel::scenario {

namespace {

constexpr std::array<known_field, 7> fields_of_nodes{{
    {"state", field_kind::state},
    {"slots", field_kind::count},
    {"running", field_kind::count},
    {"queued", field_kind::count},
    {"done", field_kind::count},
    {"address", field_kind::text},
    {"tickets", field_kind::text},
}};

constexpr std::array<known_field, 18> figures{{
    {"nodes", field_kind::count},
    {"slots", field_kind::count},
    {"running", field_kind::count},
    {"prefetched", field_kind::count},
    {"queued", field_kind::count},
    {"returning", field_kind::count},
    {"spread", field_kind::count},
    {"avoidable_spread", field_kind::count},
    {"mean_spread", field_kind::decimal},
    {"mean_avoidable_spread", field_kind::decimal},
    {"even_share", field_kind::decimal},
    {"submitted", field_kind::count},
    {"done", field_kind::count},
    {"submissions_per_s", field_kind::decimal},
    {"results_per_s", field_kind::decimal},
    {"queue_bytes", field_kind::count},
    {"uptime_s", field_kind::count},
    {"epoch", field_kind::count},
}};

constexpr std::array<std::string_view, 5> states{"joining", "live", "draining", "suspected", "away"};

constexpr std::array<std::string_view, 11> errors{
    "BUSY",     "UNAVAILABLE", "closed",  "silent", "BAD_REQUEST", "NOT_FOUND",
    "NOT_READY", "CONFLICT",   "TOO_BIG", "DENIED", "INTERNAL"};

template <class Words, class Name>
[[noreturn]] void refuse(const std::string& word, const std::string& what, const Words& words,
                         Name name) {
  std::string all;
  for (const auto& one : words)
    all += " " + std::string(name(one));
  throw std::invalid_argument(quoted(word) + " is no " + what + "; there are:" + all);
}

} // namespace

std::span<const known_field> node_fields() {
  return fields_of_nodes;
}

std::span<const known_field> stats_figures() {
  return figures;
}

std::span<const std::string_view> node_states() {
  return states;
}

std::span<const std::string_view> client_errors() {
  return errors;
}

void require_field(std::span<const known_field> fields, const std::string& name,
                   const std::string& what) {
  if (std::none_of(fields.begin(), fields.end(), [&](const auto& one) { return one.name == name; }))
    refuse(name, what, fields, [](const known_field& one) { return one.name; });
}

void require_word(std::span<const std::string_view> words, const std::string& word,
                  const std::string& what) {
  if (std::find(words.begin(), words.end(), word) == words.end())
    refuse(word, what, words, [](std::string_view one) { return one; });
}

void require_comparable(std::span<const known_field> fields, const comparison& wanted) {
  constexpr std::size_t most = 1'000'000'000'000;
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const auto& one) { return one.name == wanted.name; });
  if (found->kind == field_kind::count)
    number_from(wanted.value, 0, most);
  else if (found->kind == field_kind::decimal)
    decimal_from(wanted.value, static_cast<double>(most));
  else if (wanted.op != relation::equal && wanted.op != relation::unequal)
    throw std::invalid_argument(wanted.name + " is compared with = or != only");
  else if (found->kind == field_kind::state)
    require_word(states, wanted.value, "state of a node");
}

} // namespace evenkeel::scenario
