// How many files and sockets this process may have open. Shells and systemd give 1,024 to what does
// not ask for more, and allow far more: too few for a node with many clients, and for a proxy with
// many nodes.
#pragma once

#include <cstddef>

namespace evenkeel {

/// Raises the limit to what it may be raised to, and returns it.
std::size_t raise_descriptor_limit();

} // namespace evenkeel
