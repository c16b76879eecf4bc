// Jobs as STATUS, LIST, WAIT ALL and RESULT show them.
// Must not know: who asks, or how a page is chosen.
#pragma once

#include "actors/core/ledger_jobs.hpp"
#include "messages/client.hpp"
#include "messages/protocol.hpp"

#include <string>
#include <vector>

namespace evenkeel::core {

/// `where` is the proxy's word on the job; null: it does not know the job or was not asked.
job_view view_of(const std::string& code, const open_entry& entry, const whereabouts* where);

/// `result`: for the whole reason; null: the reason may be cut at index_reason_bytes.
job_view view_of(const std::string& code, std::uint64_t sequence, const finished_entry& entry,
                 const ledger_jobs& jobs, const job_result* result);

/// A job whose result is no longer kept, in a list that owes its reader a line for it.
job_view view_of_forgotten(const std::string& code, std::uint64_t sequence);

/// The chosen ones, in the order out, err.
std::vector<std::string> outputs_of(const job_result& result, stream_choice streams);

} // namespace evenkeel::core
