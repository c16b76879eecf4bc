// Who is in the cluster: epochs, joins, short codes, links with their sequence numbers, leases.
// Owns: the table of ledgers ever met and of the links that stand. Rules R1, R5, R6, R8.
// Must not know: jobs and results (they pass through unopened), actors and sockets: a peer is a
// `channel`, a number that the shell gives to each actor that sends a join.
#pragma once

#include "actors/core/proxy_effects.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

namespace evenkeel::core {

struct membership_settings {
  cluster_settings cluster;
  std::uint32_t max_nodes = 0; ///< live nodes; 0: no limit
};

struct send_welcome {
  std::uint64_t channel = 0;
  welcome content;
  friend bool operator==(const send_welcome&, const send_welcome&) = default;
};
struct send_refusal {
  std::uint64_t channel = 0;
  refusal content;
  friend bool operator==(const send_refusal&, const send_refusal&) = default;
};
/// A numbered message on a standing link.
struct send_message {
  std::uint64_t channel = 0;
  link_header header;
  proxy_message content;
  friend bool operator==(const send_message&, const send_message&) = default;
};
/// The epoch from now on; comes before any node_up of it. The dispatch queue numbers its fences
/// with it and treats the whereabouts of jobs as unknown anew.
struct epoch_begun {
  epoch current;
  bool wiped = false; ///< nodes that the disk does not name may hold jobs (proxy_identity::settled)
  friend bool operator==(const epoch_begun&, const epoch_begun&) = default;
};

/// Its jobs are to be dropped, and nothing is kept for it any more.
struct ledger_retired {
  ledger_id ledger;
  friend bool operator==(const ledger_retired&, const ledger_retired&) = default;
};

using membership_output = std::variant<send_welcome, send_refusal, send_message, node_up, node_down,
                                       from_node, epoch_begun, ledger_retired, note>;
using membership_effects = effects<membership_output>;

class membership {
public:
  /// `nonce` is random, drawn by the shell at each start (R1).
  membership(membership_settings settings, std::uint64_t nonce);
  ~membership();
  membership(membership&&) noexcept;
  membership& operator=(membership&&) noexcept;

  /// proxy_identity and member records as found on disk (others are ignored); before anything else.
  void recover(const record::value& content);
  /// Ends recovery: takes the next epoch, synced before the first welcome (R1), emits epoch_begun.
  void on_start(instant now, membership_effects& fx);

  void on_join(std::uint64_t channel, const join& request, instant now, membership_effects& fx);
  /// A message with a header from a peer. What does not fit the standing link is dropped (R6); a
  /// gap in the sequence ends the link.
  void on_message(std::uint64_t channel, const link_header& header, node_message content,
                  instant now, membership_effects& fx);
  /// Renews the lease. Answers at once, without waiting for any commit (R9): returns the heartbeat
  /// to send, or a refusal for a link that does not stand (`fits` false).
  struct report_answer {
    bool fits = false;
    ledger_id ledger;
    heartbeat echo;
    refusal rejection;
  };
  report_answer on_load_report(std::uint64_t channel, const load_report& report, instant now);
  /// From the dispatch queue or the relay, for a node: numbered and cut into pieces of packet size.
  void on_outgoing(to_node message, membership_effects& fx);
  /// RETIRE, asked through `asker`'s node: ends a ledger that is away for good (R10), and answers.
  /// What the table knows of it stays until the next start, so that it may come back all the same.
  void on_retire(const from_node& asker, membership_effects& fx);
  /// The shell saw the peer's connection or actor end.
  void on_channel_down(std::uint64_t channel, instant now, membership_effects& fx);
  /// Leases. Called about every 50 ms; a late call means that we stalled ourselves (R8).
  void on_tick(instant now, membership_effects& fx);

  [[nodiscard]] epoch current_epoch() const;
  [[nodiscard]] std::size_t live_nodes() const;
  /// A node of this name is in the cluster, and it is not the one at this address for clients: a
  /// node that was spawned by an earlier life of this proxy, whose disk is gone, may be ordered
  /// again.
  [[nodiscard]] bool has_live_elsewhere(const std::string& name, const std::string& address) const;
  [[nodiscard]] std::size_t known_ledgers() const;
  [[nodiscard]] std::string check_invariants() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace evenkeel::core
