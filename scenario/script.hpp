// A script as read from its text: one step a line, nothing done yet. docs/scenarios.md is the
// grammar. Pure: must not know processes, sockets, files or the time.
#pragma once

#include "scenario/quoted.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace evenkeel::scenario {

using milliseconds = std::chrono::milliseconds;

/// The name that means the proxy.
inline constexpr std::string_view proxy_name = "proxy";

/// What a name stands for. All but `spawned` are processes.
enum class member_kind {
  proxy,
  node,
  host,    ///< `evenkeel host`: nodes are spawned there
  spawned, ///< a node in the process of a host
};

enum class process_verb { start, stop, kill, freeze, thaw, restart, wipe, cut, heal };

/// What a cut link still carries.
enum class direction { both, in, out };

struct process_step {
  process_verb what = process_verb::start;
  bool hosts = false; ///< start: these are hosts
  /// As written, with `all` and `nodes` put in words: those that were started further up.
  std::vector<std::string> names;
  bool grouped = false;             ///< some of them by `all` or `nodes`
  std::vector<std::string> options; ///< start: for the process, as typed
  bool supervised = false;          ///< start: when something kills it, it is started again
  bool tls = false;                 ///< start: with a certificate of the scenario's own CA
  bool any_order = false;           ///< restart: in an order drawn from the seed
  direction cut = direction::both;  ///< which way is silent
  friend bool operator==(const process_step&, const process_step&) = default;
};

/// Of a name that this step starts.
inline member_kind kind_of(const process_step& start, std::string_view name) {
  if (name == proxy_name)
    return member_kind::proxy;
  return start.hosts ? member_kind::host : member_kind::node;
}

/// `evenkeel spawn`, for one node after another.
struct spawn_step {
  std::vector<std::string> names;
  std::string host;
  std::vector<std::string> options; ///< for each, as typed
  friend bool operator==(const spawn_step&, const spawn_step&) = default;
};

/// `evenkeel despawn`.
struct despawn_step {
  std::vector<std::string> names;
  friend bool operator==(const despawn_step&, const despawn_step&) = default;
};

struct submit_step {
  std::size_t count = 1;
  std::vector<std::string> homes; ///< in turn
  std::string job;                ///< request line without its end
  friend bool operator==(const submit_step&, const submit_step&) = default;
};

/// Clients that go on submitting.
struct load_step {
  std::size_t clients = 0;        ///< 0: stop
  milliseconds pause{50};         ///< of each client, between two requests
  std::vector<std::string> homes; ///< empty: every node, also those that come later
  std::string job;
  friend bool operator==(const load_step&, const load_step&) = default;
};

struct pause_step {
  milliseconds time{0};
  friend bool operator==(const pause_step&, const pause_step&) = default;
};

enum class relation { equal, unequal, less, at_most, more, at_least };

/// `name OP value`, as in "running >= 2".
struct comparison {
  std::string name;
  relation op = relation::equal;
  std::string value;
  friend bool operator==(const comparison&, const comparison&) = default;
};

/// As numbers if both are, else as texts.
bool holds(const std::string& seen, const comparison& wanted);
std::string to_text(const comparison& wanted);

/// Every ticket has a result: so many in the states named, `done` all others.
struct results_expected {
  std::map<std::string, std::size_t> states;
  std::string reason; ///< of all that are not done; empty: any
  friend bool operator==(const results_expected&, const results_expected&) = default;
};
/// How many nodes are in a state, by NODES.
struct nodes_expected {
  std::vector<comparison> states;
  friend bool operator==(const nodes_expected&, const nodes_expected&) = default;
};
/// Fields of one node, by NODES.
struct node_expected {
  std::string node;
  std::vector<comparison> fields;
  friend bool operator==(const node_expected&, const node_expected&) = default;
};
/// Figures, by STATS.
struct stats_expected {
  std::vector<comparison> figures;
  friend bool operator==(const stats_expected&, const stats_expected&) = default;
};
/// Every error that clients of the load saw is one of these.
struct errors_expected {
  std::set<std::string> allowed;
  friend bool operator==(const errors_expected&, const errors_expected&) = default;
};
enum class mark_measure { lines, each, most };
/// Lines that jobs have written with `mark`.
struct marks_expected {
  mark_measure measure = mark_measure::lines;
  comparison lines; ///< its name is the word that was marked
  friend bool operator==(const marks_expected&, const marks_expected&) = default;
};
/// What has come since this step began.
struct news_expected {
  comparison number; ///< named "tickets" or "results"
  friend bool operator==(const news_expected&, const news_expected&) = default;
};
struct log_expected {
  std::string name;
  std::string text;
  friend bool operator==(const log_expected&, const log_expected&) = default;
};

struct expect_step {
  std::variant<results_expected, nodes_expected, node_expected, stats_expected, errors_expected,
               marks_expected, news_expected, log_expected>
      what;
  milliseconds within{60'000};
  friend bool operator==(const expect_step&, const expect_step&) = default;
};

struct step {
  int line = 0;
  std::string text; ///< for messages: as written, printable, cut where it is very long
  std::variant<process_step, spawn_step, despawn_step, submit_step, load_step, pause_step, expect_step>
      what;
};

struct script {
  std::vector<step> steps;
  /// It cuts links, so every process needs a machine of its own (scenario/hosts.hpp).
  bool hosts = false;
};

/// What is wrong and what to write instead, printable and of bounded length; the line counts from 1,
/// 0 is the whole script.
struct syntax_error : std::runtime_error {
  static constexpr std::size_t longest = 600;
  syntax_error(int line_, const std::string& text)
      : std::runtime_error(shown(text, longest)), line(line_) {}
  int line;
};

inline constexpr std::size_t max_script_bytes = 1U << 20U;
inline constexpr std::size_t max_line_bytes = 64U << 10U; ///< as in the client protocol
inline constexpr std::size_t max_steps = 10'000;

/// The grammar alone; dry_run looks at what the steps mean together. Throws syntax_error.
script parse(std::string_view text);

} // namespace evenkeel::scenario
