// What every pure core has in common: the time it is told, and the effects it answers with.
// A core never reads a clock, draws randomness, touches CAF, a store or a thread, and never
// iterates in an order that differs between runs: same inputs, same effects, on every machine.
#pragma once

#include "messages/records.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace evenkeel::core {

/// The time as the shell read it once for this step.
struct instant {
  std::int64_t steady_us = 0; ///< monotonic, arbitrary origin: for every period and deadline
  std::int64_t wall_ms = 0;   ///< unix time: only for what people see
  friend bool operator==(const instant&, const instant&) = default;
};

inline constexpr std::int64_t us_per_ms = 1000;

/// How far the changes of a step must have got before its outputs may leave.
enum class durability : std::uint8_t {
  none = 0,    ///< the step changed nothing on disk
  written = 1, ///< `write` has returned: survives our death, not a power cut
  synced = 2   ///< fsynced: survives a power cut
};

/// A line for the operator's log.
struct note {
  enum class level : std::uint8_t { debug, info, warning, error };
  level severity = level::info;
  std::string text;
  friend bool operator==(const note&, const note&) = default;
};

/// Read this record and call `on_loaded` with it.
struct load_record {
  record::key where;
  friend bool operator==(const load_record&, const load_record&) = default;
};

/// The effects of one step. `outputs` leave only after the changes of this step, and of every step
/// before it, are as durable as asked (commit_gate.hpp); in order. Those `at_once` wait for
/// nothing: whatever they lead to must be harmless if a power cut undoes all the rest.
template <class Output>
struct effects {
  std::vector<record::change> changes;
  durability needed = durability::none;
  std::vector<Output> outputs;
  std::vector<Output> at_once;

  void put(record::value value, durability level) {
    changes.push_back(record::put(std::move(value)));
    require(level);
  }
  void erase(const record::key& where, durability level = durability::written) {
    changes.push_back(record::erase(where));
    require(level);
  }
  void require(durability level) {
    if (level > needed)
      needed = level;
  }
  template <class T>
  void emit(T&& output) {
    outputs.emplace_back(std::forward<T>(output));
  }
  template <class T>
  void emit_at_once(T&& output) {
    at_once.emplace_back(std::forward<T>(output));
  }
  void log(note::level severity, std::string text) {
    outputs.emplace_back(note{severity, std::move(text)});
  }
  [[nodiscard]] bool empty() const { return changes.empty() && outputs.empty() && at_once.empty(); }
};

} // namespace evenkeel::core
