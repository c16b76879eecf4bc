// What a session says: replies of its own, refusals, and the node's answers in words.
#include "actors/core/client_session.hpp"
#include "actors/core/help_text.hpp"
#include "actors/core/request_words.hpp"

namespace evenkeel::core {

/// A reply that needs no node; it waits for those before it.
void client_session_core::reply(std::string_view text) {
  if (replies_.empty()) {
    outputs_.bytes.append(text);
    return;
  }
  owed_reply owed;
  owed.text = text;
  replies_.push(std::move(owed));
}

void client_session_core::refuse(const parsed_request& request) {
  if (request.submission) {
    any_submission_ = true;
    latest_ = 0;
    last_ = {};
  }
  std::string text;
  if (request.style == reply_style::original)
    text.append(request.text).push_back('\n');
  else
    append_refusal(text, request.code, request.text);
  reply(text);
  if (request.close)
    stop_parsing();
}

void client_session_core::help(std::string_view topic) {
  const auto lines = help_text(topic);
  std::string text;
  if (lines.empty())
    append_refusal(text, errc::bad_request,
                   "no help on '" + shown(topic) + "': HELP alone lists what there is");
  else
    text.append("+OK help\n").append(lines).append(".\n");
  reply(text);
}

void client_session_core::remember_ticket(std::uint64_t number, client_answer answer) {
  if (answer.subject.code.empty())
    return;
  if (own_.size() < limits_.own_tickets)
    own_.push_back(answer.subject.sequence);
  else
    own_overflow_ = true;
  if (number != latest_)
    return;
  last_ = answer.subject;
  if (!answer.jobs.empty() && answer.outputs.size() == 1)
    ended_ = std::move(answer);
}

/// A WAIT or RESULT that waited here for a submission whose result came with its ticket.
bool client_session_core::answer_from_memory(const parsed_request& request) {
  const auto& asked = request.request;
  const bool about_result = asked.kind == request_kind::wait || asked.kind == request_kind::result;
  if (!about_result || ended_.subject.code.empty() || asked.subject != ended_.subject
      || asked.streams != stream_choice::out)
    return false;
  ended_.kind = asked.kind;
  std::string text;
  append_reply(text, {asked.kind, request.style, asked.subject}, ended_);
  reply(text);
  return true;
}

/// Words the node's answer, into the output if it is its turn.
void client_session_core::word(owed_reply& owed, std::uint64_t number,
                               const client_answer& answer) {
  const auto its_turn = number == replies_.first_number();
  if (!its_turn && owed.pass == passage::plain_wait) {
    std::size_t size = 0;
    for (const auto& stream : answer.outputs)
      size += stream.size();
    if (replies_.held_bytes() + size > limits_.held_bytes) {
      owed.stage = owed_stage::again;
      return;
    }
  }
  auto& text = its_turn ? outputs_.bytes : owed.text;
  auto complete = true;
  if (owed.paged)
    complete = pages_->on_answer(answer, text);
  else
    append_reply(text, owed.context, answer);
  owed.stage = complete ? owed_stage::ready : owed_stage::page;
  if (!its_turn)
    replies_.held(0, owed.text.size());
  if (!complete)
    return;
  count(owed.pass, -1);
  asked_bytes_ -= owed.asked_bytes;
  if (owed.paged)
    pages_.reset();
}

} // namespace evenkeel::core
