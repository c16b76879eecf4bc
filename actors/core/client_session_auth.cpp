// How a client proves who it is: AUTH, once in a session.
#include "actors/core/client_session.hpp"

namespace evenkeel::core {

void client_session_core::authenticate(const parsed_request& request) {
  parsed_request refusal;
  if (!by_token_) {
    refusal.refuse(errc::conflict, "no token is needed here");
    return refuse(refusal);
  }
  if (!access_.name.empty()) {
    refusal.refuse(errc::conflict, "this session is that of " + access_.name
                                       + "; another token needs another connection");
    return refuse(refusal);
  }
  auth_ = auth_stage::looked_up;
  outputs_.token = request.text;
}

void client_session_core::on_access(const client_access* found, bool room) {
  if (auth_ != auth_stage::looked_up)
    return;
  if (found == nullptr) {
    auth_ = auth_stage::pause;
    outputs_.pause_ms = limits_.first_pause_ms << wrong_tokens_++;
    return;
  }
  auth_ = auth_stage::none;
  if (room) {
    access_ = *found;
    reader_.allow(access_);
    reply("+OK name=" + access_.name + " rights=" + rights_text(access_) + '\n');
  } else {
    parsed_request refusal;
    refusal.refuse(errc::busy,
                   "too many connections of " + found->name + " at this node; try later");
    refuse(refusal);
  }
  pump();
}

void client_session_core::on_pause_over() {
  if (auth_ != auth_stage::pause)
    return;
  auth_ = auth_stage::none;
  parsed_request refusal;
  if (wrong_tokens_ < limits_.wrong_tokens)
    refusal.refuse(errc::denied, "this token is nobody's");
  else
    refusal.refuse_and_close(errc::denied, "this token is nobody's; closing");
  refuse(refusal);
  pump();
}

void client_session_core::on_access_changed(const client_access* now) {
  if (access_.name.empty() || over_)
    return;
  if (now != nullptr) {
    access_ = *now;
    reader_.allow(access_);
    if (has_pending_)
      deny_unless_allowed(access_, pending_);
    return;
  }
  while (!replies_.empty())
    replies_.pop();
  pages_.reset();
  has_pending_ = false;
  if (parsing_)
    stop_parsing();
  append_refusal(outputs_.bytes, errc::denied, "this token is not valid any more; closing");
}

} // namespace evenkeel::core
