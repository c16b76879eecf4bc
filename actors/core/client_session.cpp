#include "actors/core/client_session.hpp"

#include "actors/core/original_session.hpp"

#include <algorithm>

namespace evenkeel::core {

client_session_core::client_session_core(std::string version, const client_limits& limits,
                                         bool by_token)
    : limits_{limits}, version_{std::move(version)}, by_token_{by_token},
      access_{by_token ? client_access{} : open_access()}, reader_{limits_, access_} {}

// -- inputs -------------------------------------------------------------------

void client_session_core::on_bytes(std::string_view bytes) {
  if (!parsing_) {
    discarded_ += bytes.size();
    return;
  }
  reader_.feed(bytes);
  pump();
  if (parsing_)
    reader_.settle();
}

void client_session_core::on_half_closed() {
  input_ended_ = true;
  reader_.end_of_input();
  pump();
}

void client_session_core::on_answer(std::uint64_t number, client_answer answer) {
  auto* owed = replies_.find(number);
  if (owed == nullptr || owed->stage != owed_stage::asked)
    return;
  word(*owed, number, answer);
  if (owed->context.kind == request_kind::submit && answer.code == errc::ok)
    remember_ticket(number, std::move(answer));
  pump();
  if (!ended_.subject.code.empty())
    ended_ = {};
}

void client_session_core::on_written(std::size_t bytes) {
  unsent_ -= std::min(unsent_, bytes);
  pump();
}

session_outputs client_session_core::take() {
  unsent_ += outputs_.bytes.size();
  if (!parsing_ && replies_.empty() && !has_pending_ && !over_) {
    over_ = true;
    outputs_.finish = true;
    outputs_.discard_limit =
        limits_.discarded_bytes - std::min(discarded_, limits_.discarded_bytes);
  }
  return std::exchange(outputs_, {});
}

bool client_session_core::wants_input() const {
  if (input_ended_ || over_)
    return false;
  return parsing_ ? reader_.unparsed() < limits_.unparsed_bytes
                  : discarded_ < limits_.discarded_bytes;
}

std::size_t client_session_core::bytes_held() const {
  return reader_.unparsed() + reader_.body_bytes() + pending_.request.spec.body.size()
         + pending_.request.spec.text.size() + pending_.request.key.size() + replies_.held_bytes()
         + outputs_.bytes.size();
}

// -- one request after another ------------------------------------------------

bool client_session_core::may_go_on() const {
  return unsent_ + outputs_.bytes.size() <= limits_.unsent_bytes;
}

bool client_session_core::may_parse() const {
  return auth_ == auth_stage::none && may_go_on() && replies_.size() < limits_.requests_in_flight
         && replies_.held_bytes() <= limits_.held_bytes && asked_bytes_ <= limits_.asked_bytes;
}

void client_session_core::pump() {
  retire();
  while (may_parse()) {
    if (!has_pending_) {
      if (!parsing_)
        return;
      if (!reader_.next(pending_)) {
        if (reader_.exhausted() && input_ended_)
          stop_parsing();
        return;
      }
      has_pending_ = true;
    }
    if (!place(pending_))
      return;
    has_pending_ = false;
  }
}

/// Writes the replies whose turn has come.
void client_session_core::retire() {
  while (!replies_.empty()) {
    auto& front = replies_.front();
    if (!front.text.empty()) {
      replies_.held(front.text.size(), 0);
      outputs_.bytes.append(front.text);
      std::string{}.swap(front.text);
    }
    if (front.stage != owed_stage::ready) {
      if (front.stage != owed_stage::asked && may_go_on())
        resume_front();
      return;
    }
    replies_.pop();
  }
}

/// Asks what the first owed reply still lacks.
void client_session_core::resume_front() {
  auto& front = replies_.front();
  client_request request;
  if (front.stage == owed_stage::page) {
    request = pages_->next();
  } else {
    request.kind = request_kind::wait;
    request.subject = front.context.subject;
    request.streams = front.streams;
  }
  front.stage = owed_stage::asked;
  put_ask(replies_.first_number(), std::move(request));
}

void client_session_core::stop_parsing() {
  parsing_ = false;
  discarded_ += reader_.unparsed();
  reader_.stop();
}

/// False: its turn has not come yet.
bool client_session_core::place(parsed_request& request) {
  switch (request.action) {
  case request_action::nothing:
    break;
  case request_action::ask:
    return place_ask(request);
  case request_action::ping:
    reply("+OK pong\n");
    break;
  case request_action::version:
    reply("+OK evenkeel=" + version_ + " protocol=1\n");
    break;
  case request_action::help:
    help(request.text);
    break;
  case request_action::auth:
    authenticate(request);
    break;
  case request_action::quit:
    reply("+OK bye\n");
    stop_parsing();
    break;
  case request_action::leave:
    reply(original_farewell);
    stop_parsing();
    break;
  case request_action::refuse:
    refuse(request);
    break;
  }
  return true;
}

// -- requests for the node ----------------------------------------------------

passage client_session_core::passage_of(const parsed_request& request) {
  if (request.request.kind == request_kind::submit)
    return passage::submission;
  if (request.request.kind == request_kind::wait && request.request.timeout_ms == wait_for_ever)
    return passage::plain_wait;
  return passage::exclusive;
}

bool client_session_core::may_ask(const parsed_request& request, passage pass) const {
  if (exclusives_ != 0)
    return false;
  // A short call is in no list before its ticket has come.
  const auto kind = request.request.kind;
  const auto needs_tickets = request.subject == subject_choice::last
                             || request.subject == subject_choice::all || kind == request_kind::list
                             || kind == request_kind::all_results;
  if (needs_tickets && submissions_ != 0)
    return false;
  return pass == passage::plain_wait ? waits_ < limits_.waits_in_flight : waits_ == 0;
}

bool client_session_core::place_ask(parsed_request& request) {
  const auto pass = passage_of(request);
  if (!may_ask(request, pass))
    return false;
  if (!resolve_subject(request) || answer_from_memory(request))
    return true;
  ask(std::move(request.request), request.style, pass);
  return true;
}

/// False: there is no such subject, and the reply is given.
bool client_session_core::resolve_subject(parsed_request& request) {
  if (request.subject == subject_choice::all)
    return prepare_wait_all(request.request);
  if (request.subject != subject_choice::last)
    return true;
  request.request.subject = last_;
  if (!last_.code.empty())
    return true;
  request.refuse(errc::conflict, any_submission_
                                     ? "LAST: this session's latest submission was refused"
                                     : "LAST: this session has not submitted anything yet");
  refuse(request);
  return false;
}

bool client_session_core::prepare_wait_all(client_request& request) {
  std::string text;
  if (own_overflow_) {
    append_refusal(text, errc::too_big,
                   "WAIT ALL covers up to " + std::to_string(limits_.own_tickets)
                       + " tickets of a session: wait for them one by one");
  } else if (own_.empty()) {
    append_wait_all_head(text, 0, 0);
    text.append(".\n");
  } else {
    // Refused and late ones apart, it is sorted already; a key= may have named a ticket twice.
    std::sort(own_.begin(), own_.end());
    own_.erase(std::unique(own_.begin(), own_.end()), own_.end());
    request.own_sequences = own_;
    request.limit = own_.size() > limits_.page ? 0 : static_cast<std::uint32_t>(own_.size());
    return true;
  }
  reply(text);
  return false;
}

void client_session_core::ask(client_request request, reply_style style, passage pass) {
  owed_reply owed;
  owed.stage = owed_stage::asked;
  owed.pass = pass;
  owed.streams = request.streams;
  owed.context = {request.kind, style, request.subject};
  owed.paged = paged_reply::fits(request, limits_.page);
  owed.asked_bytes = request.spec.text.size() + request.spec.body.size();
  asked_bytes_ += owed.asked_bytes;
  if (request.kind == request_kind::all_results)
    request.limit = static_cast<std::uint32_t>(limits_.page);
  if (owed.paged)
    pages_.emplace(request, limits_.page);
  const auto number = replies_.next_number();
  if (pass == passage::submission) {
    any_submission_ = true;
    latest_ = number;
    last_ = {};
  }
  count(pass, 1);
  replies_.push(std::move(owed));
  put_ask(number, std::move(request));
}

void client_session_core::put_ask(std::uint64_t number, client_request request) {
  request.who = asker_of(access_);
  outputs_.asks.emplace_back(number, std::move(request));
}

void client_session_core::count(passage pass, std::ptrdiff_t change) {
  auto& counter = pass == passage::submission   ? submissions_
                  : pass == passage::plain_wait ? waits_
                                                : exclusives_;
  counter += static_cast<std::size_t>(change);
}

} // namespace evenkeel::core
