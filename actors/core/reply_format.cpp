#include "actors/core/reply_format.hpp"

#include "actors/core/original_session.hpp"
#include "actors/core/percent_coding.hpp"
#include "messages/time_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>

namespace evenkeel::core {

namespace {

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

/// Writes `name=value` fields, each but the first behind a separator.
class field_writer {
public:
  field_writer(std::string& out, char separator) : out_{out}, separator_{separator} {}

  void text(std::string_view name, std::string_view value) {
    begin(name);
    append_percent_encoded(out_, value);
  }
  template <class Number>
  void number(std::string_view name, Number value) {
    begin(name);
    append_number(out_, value);
  }
  /// Nothing for 0.
  void time(std::string_view name, std::int64_t unix_ms) {
    if (unix_ms != 0)
      text(name, rfc3339_utc(unix_ms));
  }
  template <class Number>
  void number_unless_zero(std::string_view name, Number value) {
    if (value != 0)
      number(name, value);
  }
  void text_unless_empty(std::string_view name, std::string_view value) {
    if (!value.empty())
      text(name, value);
  }

private:
  void begin(std::string_view name) {
    if (!first_)
      out_.push_back(separator_);
    first_ = false;
    out_.append(name).push_back('=');
  }

  std::string& out_;
  char separator_;
  bool first_ = true;
};

std::int64_t run_ms(const job_view& job) {
  return job.started_ms == 0 ? 0 : std::max<std::int64_t>(0, job.ended_ms - job.started_ms);
}

struct stream_sizes {
  std::uint64_t out = 0;
  std::uint64_t err = 0;
};

stream_sizes sizes_of(const job_view& job) {
  return {job.out_bytes, job.err_bytes};
}

void write_exit(field_writer& fields, const job_view& job) {
  fields.number("exit", shown_exit(job));
  fields.number_unless_zero("signal", job.signal);
}

void write_streams(field_writer& fields, const job_view& job, stream_sizes sizes) {
  fields.number("ms", run_ms(job));
  fields.number("out", sizes.out);
  fields.number("err", sizes.err);
}

void write_remarks(field_writer& fields, const job_view& job) {
  fields.number_unless_zero("truncated", job.out_truncated || job.err_truncated ? 1 : 0);
  fields.text_unless_empty("reason", job.reason);
}

/// How a finished job ended: RESULT, WAIT, WAIT ALL.
void write_ending(field_writer& fields, const job_view& job, stream_sizes sizes) {
  fields.text("ticket", to_text(job.name));
  fields.text("state", to_text(job.state));
  write_exit(fields, job);
  fields.number("attempt", job.attempt);
  fields.text("node", job.node);
  write_streams(fields, job, sizes);
}

/// All there is to know: STATUS, LIST.
void write_job(field_writer& fields, const job_view& job) {
  fields.text("ticket", to_text(job.name));
  fields.text("state", to_text(job.state));
  fields.text("kind", to_text(job.kind));
  fields.number("attempt", job.attempt);
  fields.text("node", job.node);
  fields.time("submitted", job.submitted_ms);
  fields.time("started", job.started_ms);
  fields.time("ended", job.ended_ms);
  if (finished(job.state)) {
    write_exit(fields, job);
    write_streams(fields, job, sizes_of(job));
  }
  write_remarks(fields, job);
  fields.number_unless_zero("once", job.once ? 1 : 0);
  if (job.kind == job_kind::sleep)
    fields.number("sleep", job.sleep_ms);
  fields.text_unless_empty("key", job.key);
  fields.text_unless_empty("text", job.text);
}

void append_status(std::string& out, const job_view& job) {
  out.append("+OK ");
  field_writer fields{out, ' '};
  write_job(fields, job);
  out.push_back('\n');
}

void append_result(std::string& out, const job_view& job, const client_answer& answer) {
  const auto& outputs = answer.outputs;
  const auto both = outputs.size() == 2;
  const auto bytes = std::accumulate(
      outputs.begin(), outputs.end(), std::uint64_t{0},
      [](std::uint64_t sum, const std::string& stream) { return sum + stream.size(); });
  out.append("+OK ");
  field_writer fields{out, ' '};
  write_ending(fields, job,
               both ? stream_sizes{outputs[0].size(), outputs[1].size()} : sizes_of(job));
  fields.number("bytes", bytes);
  write_remarks(fields, job);
  out.push_back('\n');
  for (const auto& stream : outputs)
    out.append(stream);
  out.push_back('\n');
}

void append_list_head(std::string& out, std::size_t count, bool more,
                      std::string_view incomplete = {}) {
  out.append("+OK ");
  field_writer fields{out, ' '};
  fields.number("count", count);
  fields.number("more", more ? 1 : 0);
  if (!incomplete.empty())
    fields.text("incomplete", incomplete);
  out.push_back('\n');
}

void append_list(std::string& out, const client_answer& answer) {
  append_list_head(out, answer.jobs.size(), answer.more, answer.text);
  for (const auto& job : answer.jobs) {
    field_writer fields{out, '\t'};
    write_job(fields, job);
    out.push_back('\n');
  }
  out.append(".\n");
}

void append_records(std::string& out, const client_answer& answer) {
  append_list_head(out, answer.records.size(), answer.more);
  for (const auto& record : answer.records) {
    field_writer fields{out, '\t'};
    for (const auto& [name, value] : record)
      fields.text(name, value);
    out.push_back('\n');
  }
  out.append(".\n");
}

void append_wait_all(std::string& out, const client_answer& answer) {
  append_wait_all_head(out, answer.done, answer.failed);
  for (const auto& job : answer.jobs)
    append_wait_all_record(out, job);
  out.append(".\n");
}

void append_error(std::string& out, const reply_context& asked, const client_answer& answer) {
  const auto& subject = asked.subject.code.empty() ? answer.subject : asked.subject;
  out.append("-").append(to_text(answer.code)).push_back(' ');
  if (!subject.code.empty() && subject.sequence != 0)
    out.append("ticket=").append(to_text(subject)).push_back(' ');
  if (asked.kind == request_kind::wait_all && answer.code == errc::not_ready) {
    field_writer fields{out, ' '};
    fields.number("done", answer.done);
    fields.number("failed", answer.failed);
    out.push_back(' ');
  }
  append_on_one_line(out, answer.text.empty() ? "no reason was given" : answer.text);
  out.push_back('\n');
}

void append_ticket(std::string& out, const ticket& subject, std::string_view behind) {
  out.append("+OK ticket=").append(to_text(subject)).append(behind).push_back('\n');
}

/// STATUS, RESULT and WAIT show a job; false: the answer has none.
bool append_job(std::string& out, const client_answer& answer, bool with_result) {
  if (answer.jobs.empty())
    return false;
  if (with_result)
    append_result(out, answer.jobs.front(), answer);
  else
    append_status(out, answer.jobs.front());
  return true;
}

bool append_success(std::string& out, const reply_context& asked, const client_answer& answer) {
  switch (asked.kind) {
  case request_kind::submit:
    if (answer.subject.code.empty())
      return false;
    if (asked.style == reply_style::original)
      append_original_submission(out, answer);
    else
      append_ticket(out, answer.subject, answer.repeated ? " existing=1" : "");
    return true;
  case request_kind::status:
    return append_job(out, answer, false);
  case request_kind::result:
  case request_kind::wait:
    return append_job(out, answer, true);
  case request_kind::wait_all:
    append_wait_all(out, answer);
    return true;
  case request_kind::cancel:
    append_ticket(out, asked.subject, " state=cancelled");
    return true;
  case request_kind::forget:
    append_ticket(out, asked.subject, {});
    return true;
  case request_kind::retire:
    out.append("+OK code=").append(asked.subject.code).push_back('\n');
    return true;
  case request_kind::list:
    append_list(out, answer);
    return true;
  case request_kind::nodes:
  case request_kind::stats:
    append_records(out, answer);
    return true;
  case request_kind::all_results:
    break;
  }
  return false;
}

} // namespace

std::int32_t shown_exit(const job_view& job) {
  constexpr std::int32_t by_signal = 128;
  if (job.state == job_state::done || job.exit_code != 0)
    return job.exit_code;
  return job.signal != 0 ? by_signal + job.signal : -1;
}

void append_on_one_line(std::string& out, std::string_view text) {
  for (const char c : text)
    out.push_back((c >= 0 && c < ' ') || c == '\x7f' ? ' ' : c);
}

void append_refusal(std::string& out, errc code, std::string_view text) {
  out.append("-").append(to_text(code)).push_back(' ');
  append_on_one_line(out, text);
  out.push_back('\n');
}

void append_wait_all_head(std::string& out, std::uint64_t done, std::uint64_t failed) {
  out.append("+OK ");
  field_writer fields{out, ' '};
  fields.number("count", done + failed);
  fields.number("done", done);
  fields.number("failed", failed);
  out.push_back('\n');
}

void append_wait_all_record(std::string& out, const job_view& job) {
  field_writer fields{out, '\t'};
  write_ending(fields, job, sizes_of(job));
  write_remarks(fields, job);
  out.push_back('\n');
}

void append_reply(std::string& out, const reply_context& asked, const client_answer& answer) {
  constexpr std::size_t usual = 160; // bytes: in one piece instead of growing to it
  if (out.capacity() - out.size() < usual)
    out.reserve(out.size() + usual);
  const bool has_words =
      answer.code == errc::ok || answer.code == errc::not_found || answer.code == errc::not_ready;
  if (asked.kind == request_kind::result && asked.style == reply_style::original && has_words)
    return append_original_result(out, answer);
  if (answer.code != errc::ok)
    return append_error(out, asked, answer);
  if (append_success(out, asked, answer))
    return;
  client_answer defect;
  defect.code = errc::internal;
  defect.text = "the node's answer is incomplete";
  append_error(out, asked, defect);
}

} // namespace evenkeel::core
