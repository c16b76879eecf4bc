// Which jobs are on a page: LIST (newest first, filtered by state) and getall (oldest first).
// Of the jobs that the asker may see. Answers from memory alone. Must not know: how the proxy is
// asked.
#pragma once

#include "actors/core/ledger_jobs.hpp"
#include "messages/client.hpp"
#include "messages/protocol.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace evenkeel::core {

inline constexpr std::uint32_t list_limit = 10'000;
inline constexpr std::uint32_t all_results_limit = 100;

/// The proxy's word on open jobs that are assigned or running (no others are in it); the rest of
/// the open ones are queued.
using whereabouts_map = std::map<std::uint64_t, whereabouts>;

/// True when unfinished jobs can be on the page, so that it depends on where jobs are.
bool lists_open_jobs(const client_request& list);

/// Newest first: by sequence; `everywhere`: by (submitted_ms descending, code, sequence
/// descending), the order in which the proxy merges the pages of all ledgers.
client_answer list_page(ledger_jobs& jobs, const std::string& code, const client_request& list,
                        const whereabouts_map& where);

/// Sequences above the request's `after`, ascending, at most `limit`; `more` tells whether that was
/// not all.
std::vector<std::uint64_t> oldest_after(const ledger_jobs& jobs, const client_request& request,
                                        bool& more);

} // namespace evenkeel::core
