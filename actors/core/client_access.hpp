// What a client may do: the rights that its token gives, and which of them each request takes.
// Must not know: tokens, files, sockets, when a client proves who it is.
#pragma once

#include "actors/core/parsed_request.hpp"
#include "messages/client.hpp"

#include <string>
#include <string_view>

namespace evenkeel::core {

struct client_access {
  std::string name;    ///< of the token; empty: nobody yet, or nobody needs one
  bool submit = false; ///< SUBMIT CALL SLEEP CANCEL FORGET, `<ms>`
  bool read = false;   ///< STATUS RESULT WAIT LIST NODES STATS, `r<ticket>`, `getall`
  bool admin = false;  ///< RETIRE
  bool all = false;    ///< of everybody's jobs, not only those of `name`
  friend bool operator==(const client_access&, const client_access&) = default;
};

/// Where no token is needed: everything.
client_access open_access();

/// Adds the right of this name. False: there is none.
bool add_right(client_access& access, std::string_view right);
/// "submit,read"
std::string rights_text(const client_access& access);

/// As other nodes are told of this client.
asker asker_of(const client_access& access);

/// Refuses a request for the node that takes a right which is not given; its body, if one follows,
/// is then dropped as it comes. What needs no node is everybody's.
void deny_unless_allowed(const client_access& access, parsed_request& request);

} // namespace evenkeel::core
