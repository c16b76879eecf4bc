// Questions of clients that another process must answer (R15). Two cores:
//   question_desk  - a node's side: asks the proxy, keeps the asker, gives up with -UNAVAILABLE;
//   query_router   - the proxy's side: passes a question on to the home that its ticket names, or
//                    to every live node (LIST all) and merges what they say.
// Must not know: tickets' jobs, how answers are formatted. NODES and STATS are answered by the
// dispatch queue (the shell routes them there).
#pragma once

#include "actors/core/effects.hpp"
#include "actors/core/proxy_effects.hpp"
#include "actors/core/ticket_ledger.hpp" // requester, reply, to_proxy

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

namespace evenkeel::core {

struct question_limits {
  std::uint64_t max_questions = 100'000; ///< beyond: -BUSY
  /// Besides a WAIT's own time: then -UNAVAILABLE. Give both sides the same: the desk waits half as
  /// long again, so that the router's better answer comes first.
  std::uint32_t answer_timeout_ms = 5000;
};

using desk_output = std::variant<reply, to_proxy, note>;
using desk_effects = effects<desk_output>;

/// Requests about tickets of other ledgers, and about the cluster (nodes, stats, list everywhere).
/// Each is answered exactly once. While no link stands: -UNAVAILABLE, saying so; a WAIT that was
/// already asked survives a broken link: it is asked again on the next one while its time lasts.
class question_desk {
public:
  explicit question_desk(question_limits limits = {});
  ~question_desk();
  question_desk(question_desk&&) noexcept;
  question_desk& operator=(question_desk&&) noexcept;

  void on_link_up(std::uint64_t link, instant now, desk_effects& fx);
  void on_link_down(instant now, desk_effects& fx);
  /// A LIST everywhere whose `after` is set first asks the STATUS of that ticket for its time.
  void on_request(const requester& from, const client_request& request, instant now,
                  desk_effects& fx);
  void on_session_closed(std::uint64_t session, desk_effects& fx);
  /// The process is stopping: waits, present and to come, get -UNAVAILABLE.
  void on_stop(desk_effects& fx);
  /// Takes answer; ignores the rest.
  void on_message(const proxy_message& message, instant now, desk_effects& fx);
  void on_tick(instant now, desk_effects& fx);
  [[nodiscard]] std::size_t pending() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

using router_output = std::variant<to_node, note>;
using router_effects = effects<router_output>;

class query_router {
public:
  explicit query_router(question_limits limits = {});
  ~query_router();
  query_router(query_router&&) noexcept;
  query_router& operator=(query_router&&) noexcept;

  /// member records as found on disk (others are ignored), before anything else: so that nodes
  /// which have not come back yet can be named, and are missed in a LIST everywhere.
  void recover(const record::value& content);
  void on_node_up(const node_up& node, instant now, router_effects& fx);
  /// Questions that wait for this home are answered -UNAVAILABLE, naming it; questions of this
  /// asker are abandoned at their homes.
  void on_node_down(const node_down& node, instant now, router_effects& fx);
  /// `evenkeel retire`: a LIST everywhere does not miss it any more. Ignored while its link stands.
  void on_retired(const ledger_id& ledger);
  /// Takes query (not nodes, stats or retire), answer, abandon; ignores the rest. Unknown code:
  /// -UNAVAILABLE "no node with tickets <code>-... is known here"; known but away: the
  /// same.
  void on_message(const from_node& message, instant now, router_effects& fx);
  void on_tick(instant now, router_effects& fx);
  [[nodiscard]] std::size_t pending() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace evenkeel::core
