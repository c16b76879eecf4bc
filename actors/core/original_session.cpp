#include "actors/core/original_session.hpp"

#include "actors/core/client_limits.hpp"
#include "actors/core/reply_format.hpp"
#include "actors/core/request_words.hpp"

namespace evenkeel::core {

namespace {

constexpr std::string_view not_a_number = "Please enter a valid number.";
constexpr std::string_view not_executed = "Result has not been executed yet, come back later.";
constexpr std::string_view not_found = "Result: This job could not be found on this node.";

bool begins_like_a_number(std::string_view word) {
  const auto first = word.find_first_not_of("+-.");
  return first <= 1 && is_digit(word[first]);
}

void parse_milliseconds(std::string_view word, std::string_view rest, parsed_request& into) {
  into.submission = true;
  into.style = reply_style::original;
  const auto milliseconds = parse_digits(word);
  if (!trimmed(rest).empty() || !milliseconds || *milliseconds > max_sleep_ms)
    return into.refuse(errc::bad_request, std::string{not_a_number});
  into.action = request_action::ask;
  into.request.kind = request_kind::submit;
  into.request.spec.kind = job_kind::sleep;
  into.request.spec.sleep_ms = static_cast<std::uint32_t>(*milliseconds);
}

void parse_query(std::string_view text, parsed_request& into) {
  into.style = reply_style::original;
  auto subject = ticket_from_text(text);
  if (!subject)
    return into.refuse(errc::bad_request, std::string{not_found});
  into.action = request_action::ask;
  into.subject = subject_choice::given;
  into.request.kind = request_kind::result;
  into.request.subject = std::move(*subject);
}

/// A sleep's own text; for other jobs, and sleeps that did not sleep to their end, how they ended.
void append_outcome(std::string& out, const job_view& job, std::string_view output) {
  if (job.kind == job_kind::sleep && job.state == job_state::done) {
    append_on_one_line(out, output);
    return;
  }
  out.append("state=").append(to_text(job.state));
  out.append(" exit=").append(std::to_string(shown_exit(job)));
  out.append(" bytes=").append(std::to_string(job.out_bytes));
}

} // namespace

bool parse_original(std::string_view word, std::string_view rest, parsed_request& into) {
  if (begins_like_a_number(word)) {
    parse_milliseconds(word, rest, into);
    return true;
  }
  if ((word.front() == 'r' || word.front() == 'R') && word.find('-') != std::string_view::npos
      && trimmed(rest).empty()) {
    parse_query(word.substr(1), into);
    return true;
  }
  return false;
}

void append_original_submission(std::string& out, const client_answer& answer) {
  out.append("Ticket ID: ").append(to_text(answer.subject)).push_back('\n');
}

void append_original_result(std::string& out, const client_answer& answer) {
  if (answer.code == errc::not_found) {
    out.append(not_found);
  } else if (answer.code == errc::not_ready) {
    out.append(not_executed);
  } else if (answer.code != errc::ok || answer.jobs.empty()) {
    append_refusal(out, answer.code == errc::ok ? errc::internal : answer.code, answer.text);
    return;
  } else {
    out.append("Result: ");
    append_outcome(out, answer.jobs.front(),
                   answer.outputs.empty() ? std::string_view{} : answer.outputs.front());
  }
  out.push_back('\n');
}

void append_original_line(std::string& out, const job_view& job, std::string_view output) {
  out.append(to_text(job.name)).append(" -> ");
  if (finished(job.state))
    append_outcome(out, job, output);
  else
    out.append(not_executed);
  out.push_back('\n');
}

} // namespace evenkeel::core
