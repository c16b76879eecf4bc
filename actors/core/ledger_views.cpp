#include "actors/core/ledger_views.hpp"

#include <algorithm>

namespace evenkeel::core {

job_view view_of(const std::string& code, const open_entry& entry, const whereabouts* where) {
  job_view view;
  view.name = {code, entry.sequence};
  view.kind = entry.spec.kind();
  view.once = entry.spec.once();
  view.attempt = entry.details().attempts;
  view.sleep_ms = entry.spec.sleep_ms();
  view.submitted_ms = entry.submitted_ms;
  view.text = entry.spec.text().substr(0, view_text_bytes);
  view.key = entry.key();
  if (where != nullptr) {
    // No result is here: whatever the proxy believes, the job has not ended yet.
    view.state = finished(where->state) ? job_state::running : where->state;
    view.attempt = std::max(view.attempt, where->attempt);
    view.started_ms = where->since_ms;
    view.node = where->node;
    view.reason = where->reason;
  }
  return view;
}

job_view view_of(const std::string& code, std::uint64_t sequence, const finished_entry& entry,
                 const ledger_jobs& jobs, const job_result* result) {
  job_view view;
  view.name = {code, sequence};
  view.state = entry.state;
  view.kind = entry.kind;
  view.once = entry.once;
  view.attempt = entry.attempt;
  view.exit_code = entry.exit_code;
  view.signal = entry.signal;
  view.sleep_ms = entry.sleep_ms;
  view.submitted_ms = entry.submitted_ms;
  view.started_ms = entry.started_ms;
  view.ended_ms = entry.ended_ms;
  view.out_bytes = entry.out_bytes;
  view.err_bytes = entry.err_bytes;
  view.out_truncated = entry.out_truncated;
  view.err_truncated = entry.err_truncated;
  view.node = jobs.node_name(entry.node);
  if (result != nullptr)
    view.reason = result->reason;
  else if (entry.reason)
    view.reason = *entry.reason;
  view.text = entry.text;
  if (entry.label != nullptr)
    view.key = entry.label->key;
  return view;
}

job_view view_of_forgotten(const std::string& code, std::uint64_t sequence) {
  job_view view;
  view.name = {code, sequence};
  view.state = job_state::lost;
  view.reason = "forgotten";
  return view;
}

std::vector<std::string> outputs_of(const job_result& result, stream_choice streams) {
  switch (streams) {
  case stream_choice::none:
    return {};
  case stream_choice::out:
    return {result.out};
  case stream_choice::err:
    return {result.err};
  case stream_choice::both:
    return {result.out, result.err};
  }
  return {};
}

} // namespace evenkeel::core
