// What a ledger has to tell the proxy beside its jobs, collected over a run of inputs and sent in
// few messages. Owns the items until then. Must not know: why an item was put here.
#pragma once

#include "messages/protocol.hpp"

#include <cstdint>
#include <vector>

namespace evenkeel::core {

/// One list per message; of one link: cleared when it goes down.
struct ledger_outbox {
  std::vector<attempt_ref> acknowledged; ///< result_ack
  std::vector<job_grant> granted;        ///< grant_batch
  std::vector<verdict> verdicts;         ///< verdict_batch
  std::vector<std::uint64_t> cancelled;  ///< cancel_batch

  /// Empties the lists into messages of bounded size, in the order above: what lets the proxy
  /// forget goes first (R11), and a verdict goes before a cancellation of the same job.
  std::vector<node_message> drain();
};

} // namespace evenkeel::core
