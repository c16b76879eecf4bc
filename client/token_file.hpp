// The token that a client of ours shows to a node. In a file, not on the command line, which
// everyone on the machine can read.
#pragma once

#include "client/connection.hpp"

#include <string>

namespace evenkeel::client {

/// The first line of a file. Throws std::runtime_error, with one sentence and nothing of the
/// content: it cannot be read, or its first line is no token (one word of at most 255 bytes).
std::string token_in(const std::string& file);

/// AUTH. Throws std::runtime_error with the node's reply when that is a refusal.
void authenticate(connection& node, const std::string& token, deadline until);

} // namespace evenkeel::client
