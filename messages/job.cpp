#include "messages/job.hpp"

namespace evenkeel {

std::string_view to_text(job_kind kind) {
  switch (kind) {
  case job_kind::command:
    return "command";
  case job_kind::script:
    return "script";
  case job_kind::function:
    return "function";
  case job_kind::sleep:
    return "sleep";
  }
  return "unknown";
}

std::string_view to_text(job_state state) {
  switch (state) {
  case job_state::queued:
    return "queued";
  case job_state::assigned:
    return "assigned";
  case job_state::running:
    return "running";
  case job_state::done:
    return "done";
  case job_state::failed:
    return "failed";
  case job_state::cancelled:
    return "cancelled";
  case job_state::lost:
    return "lost";
  }
  return "unknown";
}

job_state state_of(outcome how) {
  switch (how) {
  case outcome::done:
    return job_state::done;
  case outcome::failed:
    return job_state::failed;
  case outcome::cancelled:
    return job_state::cancelled;
  case outcome::lost:
    return job_state::lost;
  }
  return job_state::failed;
}

} // namespace evenkeel
