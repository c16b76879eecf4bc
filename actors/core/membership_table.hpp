// The proxy's table of ledgers ever met and of the links that stand, and the rules of admission:
// who may join, under which code (R5, R6). Owns: the table's indexes. Must not know: effects, time,
// why a link ends.
#pragma once

#include "actors/core/membership.hpp"
#include "messages/parcel.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace evenkeel::core {

/// One pair of actors between two handshakes.
struct standing_link {
  ledger_id ledger;
  incarnation process;
  std::uint64_t channel = 0;
  std::uint64_t number = 0;   ///< as the node chose it
  std::uint64_t sent = 0;     ///< sequence of the last message to the node
  std::uint64_t received = 0; ///< sequence of the last message from it
  std::int64_t heard_us = 0;  ///< last sign of life
  joiner<node_message> parcels;
};

struct known_ledger {
  record::member content;
  std::uint64_t last_link = 0;   ///< highest number that `content.process` had a link under; not on
                                 ///< disk: links of an earlier epoch fit no more anyway
  std::uint64_t welcomed_in = 0; ///< the last epoch counter of this process that welcomed it
};

/// What becomes of a join.
struct admission {
  enum class verdict { accept, welcome_again, ignore, refuse };
  verdict decision = verdict::refuse;
  std::string code; ///< accept: the ledger's from now on
  refusal_reason reason = refusal_reason::starting;
  std::uint32_t retry_ms = 1000;
  std::string text;
};

/// Ordered containers throughout: their order reaches effects.
class member_table {
public:
  /// A record from disk, or of a join that was accepted. The code must be free or its own.
  void store(const record::member& content);
  /// The ledger must be known, without a standing link, and the channel without one as well.
  standing_link& open(const ledger_id& ledger, std::uint64_t channel, std::uint64_t number,
                      std::uint64_t epoch_counter, std::int64_t now_us);
  void close(const ledger_id& ledger);

  [[nodiscard]] known_ledger* find(const ledger_id& ledger);
  [[nodiscard]] const known_ledger* find(const ledger_id& ledger) const;
  /// Null: no ledger has this code.
  [[nodiscard]] const known_ledger* holder_of(const std::string& code) const;
  [[nodiscard]] standing_link* link_of(const ledger_id& ledger);
  [[nodiscard]] const standing_link* link_of(const ledger_id& ledger) const;
  [[nodiscard]] standing_link* link_on(std::uint64_t channel);

  /// What is wrong with a join whatever the table holds.
  [[nodiscard]] static std::optional<admission> unfit(const join& request);
  /// Has this node obeyed an epoch that is above `counter`, or is as high and was not ours (R1)?
  [[nodiscard]] bool obeyed_another(const join& request, std::uint64_t counter) const;
  /// `request` is not unfit.
  [[nodiscard]] admission judge(std::uint64_t channel, const join& request,
                                std::uint32_t max_nodes) const;

  [[nodiscard]] std::map<ledger_id, standing_link>& links() { return links_; }
  [[nodiscard]] const std::map<ledger_id, standing_link>& links() const { return links_; }
  /// A node of this name has a link, and is another one than whose clients' address this is.
  [[nodiscard]] bool has_live_elsewhere(const std::string& name, const std::string& address) const;
  [[nodiscard]] std::size_t known() const { return ledgers_.size(); }
  [[nodiscard]] std::string check_invariants() const;

private:
  [[nodiscard]] std::optional<admission> late_or_stale(std::uint64_t channel,
                                                       const join& request) const;
  /// The code that the ledger has or gets; nothing when another one holds the one it names.
  [[nodiscard]] std::optional<std::string> code_for(const join& request) const;
  [[nodiscard]] bool held_by_another(const std::string& code, const ledger_id& ledger) const;

  std::map<ledger_id, known_ledger> ledgers_;
  std::map<std::string, ledger_id> codes_;
  std::map<ledger_id, standing_link> links_;
  std::map<std::uint64_t, ledger_id> channels_;
  std::map<std::string, ledger_id> live_names_;
};

} // namespace evenkeel::core
