// What the node answered -> the text that the client gets (docs/protocol.md).
// Must not know: sockets, the order of replies, how the request was written.
#pragma once

#include "actors/core/parsed_request.hpp"
#include "messages/client.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel::core {

/// What has to be remembered of a request to word its reply.
struct reply_context {
  request_kind kind = request_kind::status;
  reply_style style = reply_style::plain;
  ticket subject; ///< empty code: not about one ticket
};

/// The whole reply. Not for getall, whose pages paged_reply.hpp puts together.
void append_reply(std::string& out, const reply_context& asked, const client_answer& answer);

/// `-CODE text`, on one line whatever `text` holds.
void append_refusal(std::string& out, errc code, std::string_view text);

/// As a shell has it: 128 more than the signal for what one ended; -1 for what had no end of its
/// own (cancelled, lost, given up). So 0 means done.
std::int32_t shown_exit(const job_view& job);

/// `text` with its control characters as blanks.
void append_on_one_line(std::string& out, std::string_view text);

/// `+OK count=... done=... failed=...`; the records follow.
void append_wait_all_head(std::string& out, std::uint64_t done, std::uint64_t failed);
/// One job's line of WAIT ALL.
void append_wait_all_record(std::string& out, const job_view& job);

} // namespace evenkeel::core
