// Results on their way from the executor that made them to the home that asked for them (the
// proxy's side), kept until the home's acknowledgement (R10, R12); then the executor lets go too.
// Owns: results in transit, the window per absent home, the credit given to executors.
// Must not know: queues, loads, links' sequence numbers.
#pragma once

#include "actors/core/proxy_effects.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

namespace evenkeel::core {

struct relay_limits {
  std::uint64_t memory_bytes = 256ULL << 20U; ///< all results held in memory
  /// Payload held for one absent home; beyond, only the reference: the executor keeps the result.
  std::uint64_t absent_home_bytes = 16ULL << 20U;
  std::uint64_t absent_home_results = 4096;
};

/// For the dispatch queue: these attempts have no result after all (their executor is gone for good
/// and nobody else holds the payload).
struct results_gone {
  std::vector<attempt_ref> attempts;
};

using relay_output = std::variant<to_node, results_gone, load_record, note>;
using relay_effects = effects<relay_output>;

class result_relay {
public:
  explicit result_relay(cluster_settings settings, relay_limits limits = {});
  ~result_relay();
  result_relay(result_relay&&) noexcept;
  result_relay& operator=(result_relay&&) noexcept;

  /// waiting_result records as found on disk (others are ignored).
  void recover(const record::value& content);
  void on_node_up(const node_up& node, instant now, relay_effects& fx);
  void on_node_down(const node_down& node, instant now, relay_effects& fx);
  /// The dispatch queue has given this executor up (grace over): what only it holds is gone.
  void on_executor_given_up(const ledger_id& executor, relay_effects& fx);
  /// `evenkeel retire`: this home is dead for good; nobody waits for its results any more (R10).
  void on_retired(const ledger_id& home, relay_effects& fx);
  /// Takes an executor's result_batch, inventory and release_batch (what it names follows, and what
  /// it lacks or lets go is gone), and a home's result_ack, cancel_batch and inventory (what it
  /// wants no more is not waited for). Ignores the rest.
  void on_message(const from_node& message, instant now, relay_effects& fx);
  /// REQUEST_RESULT_PERIOD > 0: ask these executors for what they hold. `missing` are the assigned
  /// attempts as the dispatch queue knows them, grouped by executor; called once a period.
  void on_result_period(const ledger_id& executor, std::vector<attempt_ref> missing, instant now,
                        relay_effects& fx);
  /// Answer to load_record.
  void on_loaded(const record::key& where, const record::value* content, instant now,
                 relay_effects& fx);
  /// Emits what was collected, in messages of packet size. Call after each run of inputs.
  void flush(instant now, relay_effects& fx);

  [[nodiscard]] std::uint64_t results_in_transit() const;
  /// Payload held in memory; above `memory_bytes` only by what executors had credit for.
  [[nodiscard]] std::uint64_t memory_bytes() const;
  /// Recomputes every count and index; returns what is wrong, empty when all is well.
  [[nodiscard]] std::string check_invariants() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace evenkeel::core
