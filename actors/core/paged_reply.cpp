#include "actors/core/paged_reply.hpp"

#include "actors/core/original_session.hpp"
#include "actors/core/reply_format.hpp"

#include <algorithm>

namespace evenkeel::core {

paged_reply::paged_reply(const client_request& first, std::size_t page)
    : kind_{first.kind}, page_{page}, sequences_{first.own_sequences} {}

bool paged_reply::fits(const client_request& request, std::size_t page) {
  return request.kind == request_kind::all_results
         || (request.kind == request_kind::wait_all && request.own_sequences.size() > page);
}

bool paged_reply::on_answer(const client_answer& answer, std::string& out) {
  return kind_ == request_kind::all_results ? on_results(answer, out) : on_waited(answer, out);
}

bool paged_reply::on_results(const client_answer& answer, std::string& out) {
  if (answer.code != errc::ok) {
    append_refusal(out, answer.code, answer.text);
    if (begun_)
      out.push_back('\n');
    return true;
  }
  if (!begun_)
    out.append("Results\n");
  begun_ = true;
  for (std::size_t i = 0; i < answer.jobs.size(); ++i)
    append_original_line(out, answer.jobs[i],
                         i < answer.outputs.size() ? answer.outputs[i] : std::string_view{});
  if (answer.more && !answer.jobs.empty()) {
    after_ = answer.jobs.back().name;
    return false;
  }
  out.push_back('\n');
  return true;
}

bool paged_reply::on_waited(const client_answer& answer, std::string& out) {
  if (answer.code != errc::ok && begun_) {
    append_refusal(out, answer.code, answer.text);
    out.append(".\n");
    return true;
  }
  if (!begun_ && (answer.code != errc::ok || answer.jobs.size() == sequences_.size())) {
    append_reply(out, {kind_, reply_style::plain, {}}, answer);
    return true;
  }
  if (!begun_) {
    append_wait_all_head(out, answer.done, answer.failed);
    begun_ = true;
    return false;
  }
  for (const auto& job : answer.jobs)
    append_wait_all_record(out, job);
  if (shown_ < sequences_.size())
    return false;
  out.append(".\n");
  return true;
}

client_request paged_reply::next() {
  client_request request;
  request.kind = kind_;
  request.limit = static_cast<std::uint32_t>(page_);
  if (kind_ == request_kind::all_results) {
    request.after = after_;
    return request;
  }
  const auto end = std::min(sequences_.size(), shown_ + page_);
  request.timeout_ms = 0;
  request.own_sequences.assign(sequences_.begin() + static_cast<std::ptrdiff_t>(shown_),
                               sequences_.begin() + static_cast<std::ptrdiff_t>(end));
  shown_ = end;
  return request;
}

} // namespace evenkeel::core
