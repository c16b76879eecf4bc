// One request of a client, parsed: what the session does with it.
// Must not know: how it was framed, or when it may be asked.
#pragma once

#include "messages/client.hpp"

#include <cstdint>
#include <string>

namespace evenkeel::core {

enum class request_action : std::uint8_t {
  nothing = 0, ///< a blank line
  ask,         ///< `request` is for the node
  ping,
  version,
  help, ///< `text` is the topic, maybe empty
  auth, ///< `text` is the token
  quit,
  leave, ///< the original's `exit`
  refuse ///< `code`, `text`
};

/// How the reply is worded.
enum class reply_style : std::uint8_t { plain, original };

/// Whom `request` is about.
enum class subject_choice : std::uint8_t {
  none,
  given, ///< `request.subject`
  last,  ///< the session's latest submission
  all    ///< WAIT ALL: the session's tickets
};

enum class body_end : std::uint8_t { none, counted, word };

/// Where the bytes behind a request line end.
struct body_frame {
  body_end end = body_end::none;
  std::uint64_t bytes = 0; ///< counted: how many; a newline follows them
  std::string word;        ///< word: the line that ends the body and is not part of it
};

struct parsed_request {
  request_action action = request_action::nothing;
  reply_style style = reply_style::plain;
  subject_choice subject = subject_choice::none;
  errc code = errc::ok;
  bool submission = false; ///< SUBMIT, CALL, SLEEP or <ms>, refused or not: what LAST speaks of
  bool close = false;      ///< refuse: and close the connection
  std::string text;
  body_frame body;
  client_request request;

  /// Keeps `body`: it is consumed before the refusal is told.
  void refuse(errc why, std::string hint) {
    action = request_action::refuse;
    code = why;
    text = std::move(hint);
  }
  void refuse_and_close(errc why, std::string hint) {
    refuse(why, std::move(hint));
    body = {};
    close = true;
  }
};

} // namespace evenkeel::core
