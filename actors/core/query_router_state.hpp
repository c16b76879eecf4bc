// The inside of query_router: who asked what, and whom that is asked of. For query_router*.cpp
// alone. An inquiry is one question of one node; a hop is that question on its way to one home,
// under a number of its own. A LIST everywhere has a hop for every live node.
#pragma once

#include "actors/core/query_router.hpp"
#include "actors/core/question_basics.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::core {

/// A home and the question's number there: answers are matched by both.
using hop_name = std::pair<ledger_id, std::uint64_t>;

struct routed_node {
  std::uint64_t link = 0; ///< 0: away
  std::string code;
  std::string name;
};

struct inquiry_entry {
  ledger_id asker;
  std::uint64_t asker_question = 0;
  client_request request;
  bool everywhere = false;
  std::int64_t deadline_us = never_us;
  std::set<hop_name> hops;         ///< not answered yet
  client_answer gathered;          ///< LIST everywhere: sorted, at most `limit` jobs
  std::vector<std::string> silent; ///< LIST everywhere: who is missing from it, and why
};

struct query_router::state {
  question_limits limits;
  std::map<ledger_id, routed_node> nodes; ///< every one ever met
  std::map<std::string, ledger_id> codes;
  std::map<std::uint64_t, inquiry_entry> inquiries;
  std::map<hop_name, std::uint64_t> hops;                              ///< to inquiries
  std::map<std::pair<ledger_id, std::uint64_t>, std::uint64_t> askers; ///< to inquiries
  std::set<std::pair<std::int64_t, std::uint64_t>> deadlines;
  std::uint64_t last_number = 0;
  std::uint64_t last_hop = 0;

  routed_node& know(const ledger_id& ledger, const std::string& code, const std::string& name);
  void take_down(const ledger_id& ledger, router_effects& fx);
  void take_query(const ledger_id& asker, const query& asked, instant now, router_effects& fx);
  void take_answer(const hop_name& from, const client_answer& content, router_effects& fx);

  std::uint64_t open(const ledger_id& asker, const query& asked, instant now);
  void forward(std::uint64_t number, const ledger_id& home, router_effects& fx);
  void no_answer_from(const hop_name& hop, const std::string& what, router_effects& fx);
  void drop(std::uint64_t number, router_effects& fx);
  void abandon_hop(const hop_name& hop, router_effects& fx);
  void end_hop(std::map<hop_name, std::uint64_t>::iterator hop);
  void close(std::uint64_t number);
  void send_answer(const ledger_id& to, std::uint64_t question, client_answer content,
                   router_effects& fx);

  // -- LIST everywhere (query_router_list.cpp) ---------------------------------------------------
  void ask_everywhere(const ledger_id& asker, const query& asked, instant now, router_effects& fx);
  static void gather(inquiry_entry& inquiry, const client_answer& content);
  void finish_list(std::uint64_t number, router_effects& fx);
  /// "node b", by its code where it has no name.
  [[nodiscard]] std::string label(const ledger_id& ledger) const;
  /// "node b, home of tickets k7m2q-...,".
  [[nodiscard]] std::string home_label(const ledger_id& ledger) const;
};

} // namespace evenkeel::core
