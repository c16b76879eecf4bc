#include "actors/core/reply_format.hpp"

#include "actors/core/percent_coding.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

using namespace evenkeel;
using namespace evenkeel::core;

namespace {

const ticket some_ticket{"k7m2q", 44};
const std::string some_text = to_text(some_ticket);

std::string worded(request_kind kind, const client_answer& answer,
                   reply_style style = reply_style::plain) {
  std::string text;
  const auto about_one = kind == request_kind::status || kind == request_kind::result
                         || kind == request_kind::wait || kind == request_kind::cancel
                         || kind == request_kind::forget;
  append_reply(text, {kind, style, about_one ? some_ticket : ticket{}}, answer);
  return text;
}

job_view ended_job() {
  job_view job;
  job.name = some_ticket;
  job.state = job_state::done;
  job.attempt = 1;
  job.node = "b";
  job.submitted_ms = 1'795'461'387'000;
  job.started_ms = 1'795'461'387'100;
  job.ended_ms = 1'795'461'387'112;
  job.out_bytes = 6;
  job.text = "echo hello";
  return job;
}

client_answer answer_with(job_view job, std::vector<std::string> outputs = {}) {
  client_answer answer;
  answer.jobs.push_back(std::move(job));
  answer.outputs = std::move(outputs);
  return answer;
}

client_answer error(errc code, std::string text) {
  client_answer answer;
  answer.code = code;
  answer.text = std::move(text);
  return answer;
}

} // namespace

TEST_CASE("a submission is answered with its ticket") {
  client_answer answer;
  answer.subject = some_ticket;
  CHECK(worded(request_kind::submit, answer) == "+OK ticket=" + some_text + "\n");
  CHECK(worded(request_kind::submit, answer, reply_style::original)
        == "Ticket ID: " + some_text + "\n");
}

TEST_CASE("a submission whose key was known says so, and the original's session does not") {
  client_answer answer;
  answer.subject = some_ticket;
  answer.repeated = true;
  CHECK(worded(request_kind::submit, answer) == "+OK ticket=" + some_text + " existing=1\n");
  CHECK(worded(request_kind::submit, answer, reply_style::original)
        == "Ticket ID: " + some_text + "\n");
}

TEST_CASE("a refused submission is worded alike in both sessions") {
  const auto busy = error(errc::busy, "too many unfinished jobs on this node");
  CHECK(worded(request_kind::submit, busy) == "-BUSY too many unfinished jobs on this node\n");
  CHECK(worded(request_kind::submit, busy, reply_style::original)
        == "-BUSY too many unfinished jobs on this node\n");
}

TEST_CASE("STATUS tells what is known of a job that has not ended") {
  job_view job;
  job.name = some_ticket;
  job.state = job_state::queued;
  job.submitted_ms = 1'795'461'387'000;
  job.reason = "waiting for a slot";
  job.once = true;
  job.key = "k 1";
  job.text = "a b%\tc";
  CHECK(worded(request_kind::status, answer_with(job))
        == "+OK ticket=" + some_text
               + " state=queued kind=command attempt=0 node= submitted=2026-11-23T19:16:27.000Z"
                 " reason=waiting%20for%20a%20slot once=1 key=k%201 text=a%20b%25%09c\n");
}

TEST_CASE("STATUS tells how a job ended") {
  auto job = ended_job();
  job.state = job_state::failed;
  job.signal = 9;
  job.out_truncated = true;
  CHECK(worded(request_kind::status, answer_with(job))
        == "+OK ticket=" + some_text
               + " state=failed kind=command attempt=1 node=b submitted=2026-11-23T19:16:27.000Z"
                 " started=2026-11-23T19:16:27.100Z ended=2026-11-23T19:16:27.112Z exit=137"
                 " signal=9 ms=12 out=6 err=0 truncated=1 text=echo%20hello\n");
}

TEST_CASE("only what is done has exit 0") {
  job_view job;
  job.state = job_state::done;
  CHECK(shown_exit(job) == 0);
  for (const auto state : {job_state::failed, job_state::cancelled, job_state::lost}) {
    job.state = state;
    CHECK(shown_exit(job) == -1);
  }
  job.state = job_state::failed;
  job.exit_code = 3;
  CHECK(shown_exit(job) == 3);
  job.exit_code = 0;
  job.signal = 15;
  CHECK(shown_exit(job) == 143);
}

TEST_CASE("RESULT gives the raw bytes and a newline") {
  CHECK(worded(request_kind::result, answer_with(ended_job(), {"hello\n"}))
        == "+OK ticket=" + some_text
               + " state=done exit=0 attempt=1 node=b ms=12 out=6 err=0 bytes=6\nhello\n\n");
  const std::string binary("\0\n\xff.\n", 5);
  CHECK(worded(request_kind::wait, answer_with(ended_job(), {binary})).ends_with(binary + "\n"));
}

TEST_CASE("RESULT both gives stdout, then stderr, and their sizes tell them apart") {
  CHECK(worded(request_kind::result, answer_with(ended_job(), {"hello\n", "ouch"}))
        == "+OK ticket=" + some_text
               + " state=done exit=0 attempt=1 node=b ms=12 out=6 err=4 bytes=10\nhello\nouch\n");
}

TEST_CASE("RESULT none gives no bytes and still a newline") {
  CHECK(worded(request_kind::result, answer_with(ended_job())).ends_with(" err=0 bytes=0\n\n"));
}

TEST_CASE("an error about one ticket begins with the ticket") {
  CHECK(worded(request_kind::wait, error(errc::not_ready, "the job has not finished yet"))
        == "-NOT_READY ticket=" + some_text + " the job has not finished yet\n");
  CHECK(worded(request_kind::list, error(errc::unavailable, "no proxy"))
        == "-UNAVAILABLE no proxy\n");
}

TEST_CASE("an error stays on one line whatever its text holds") {
  CHECK(worded(request_kind::list, error(errc::internal, "a\nb\r\tc\x7f"))
        == "-INTERNAL a b  c \n");
  CHECK(worded(request_kind::list, error(errc::internal, "")) == "-INTERNAL no reason was given\n");
}

TEST_CASE("CANCEL and FORGET name their ticket") {
  CHECK(worded(request_kind::cancel, {}) == "+OK ticket=" + some_text + " state=cancelled\n");
  CHECK(worded(request_kind::forget, {}) == "+OK ticket=" + some_text + "\n");
}

TEST_CASE("LIST gives a count, a TAB-separated record a job, and a dot") {
  auto answer = answer_with(ended_job());
  answer.more = true;
  job_view sleep;
  sleep.name = {"k7m2q", 45};
  sleep.kind = job_kind::sleep;
  sleep.sleep_ms = 250;
  answer.jobs.push_back(sleep);
  CHECK(worded(request_kind::list, answer)
        == "+OK count=2 more=1\nticket=" + some_text
               + "\tstate=done\tkind=command\tattempt=1\tnode=b\tsubmitted=2026-11-23T19:16:27.000Z"
                 "\tstarted=2026-11-23T19:16:27.100Z\tended=2026-11-23T19:16:27.112Z\texit=0\tms=12"
                 "\tout=6\terr=0\ttext=echo%20hello\nticket="
               + to_text(sleep.name)
               + "\tstate=queued\tkind=sleep\tattempt=0\tnode=\tsleep=250\n.\n");
}

TEST_CASE("NODES and STATS give their records in order") {
  client_answer answer;
  answer.records = {{{"node", "my node"}, {"slots", "4"}}, {{"node", "b"}}};
  CHECK(worded(request_kind::nodes, answer)
        == "+OK count=2 more=0\nnode=my%20node\tslots=4\nnode=b\n.\n");
  CHECK(worded(request_kind::stats, {}) == "+OK count=0 more=0\n.\n");
}

TEST_CASE("WAIT ALL gives the counts and a record a ticket") {
  auto answer = answer_with(ended_job());
  answer.done = 1;
  CHECK(worded(request_kind::wait_all, answer)
        == "+OK count=1 done=1 failed=0\nticket=" + some_text
               + "\tstate=done\texit=0\tattempt=1\tnode=b\tms=12\tout=6\terr=0\n.\n");
}

TEST_CASE("WAIT ALL whose time is over tells how far it got") {
  auto answer = error(errc::not_ready, "2 of the jobs have not finished yet");
  answer.done = 3;
  answer.failed = 1;
  answer.jobs.push_back(ended_job());
  CHECK(worded(request_kind::wait_all, answer)
        == "-NOT_READY done=3 failed=1 2 of the jobs have not finished yet\n");
}

TEST_CASE("an answer without the job that it is about is our defect") {
  CHECK(worded(request_kind::status, {})
        == "-INTERNAL ticket=" + some_text + " the node's answer is incomplete\n");
  CHECK(worded(request_kind::submit, {}).starts_with("-INTERNAL "));
}

TEST_CASE("the original's query gives a sleep's own text") {
  auto job = ended_job();
  job.kind = job_kind::sleep;
  CHECK(worded(request_kind::result, answer_with(job, {"Executed Job"}), reply_style::original)
        == "Result: Executed Job\n");
}

TEST_CASE("the original's query shows how other jobs ended") {
  CHECK(worded(request_kind::result, answer_with(ended_job(), {"hello\n"}), reply_style::original)
        == "Result: state=done exit=0 bytes=6\n");
  auto cancelled = ended_job();
  cancelled.kind = job_kind::sleep;
  cancelled.state = job_state::cancelled;
  cancelled.out_bytes = 0;
  CHECK(worded(request_kind::result, answer_with(cancelled), reply_style::original)
        == "Result: state=cancelled exit=-1 bytes=0\n");
}

TEST_CASE("the original's query has words of its own for what is missing") {
  const auto original = [](errc code) {
    return worded(request_kind::result, error(code, "why"), reply_style::original);
  };
  CHECK(original(errc::not_ready) == "Result has not been executed yet, come back later.\n");
  CHECK(original(errc::not_found) == "Result: This job could not be found on this node.\n");
  CHECK(original(errc::unavailable) == "-UNAVAILABLE ticket=k7m2q-1ck why\n");
}

TEST_CASE("percent-encoding loses nothing and prints no blank") {
  const bool holds = rc::check([](const std::string& value) {
    std::string encoded;
    append_percent_encoded(encoded, value);
    for (const char c : encoded)
      RC_ASSERT(c > ' ' && c <= '~');
    RC_ASSERT(percent_decoded(encoded) == value);
  });
  CHECK(holds);
}
