// Which addresses only this machine can reach.
#pragma once

#include <string>

namespace evenkeel {

/// "localhost" too; every other name is taken for one that others can reach.
bool is_loopback(const std::string& address);

} // namespace evenkeel
