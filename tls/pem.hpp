// PEM files: read whole, within bounds, and taken apart. Must not know: who needs them.
#pragma once

#include "tls/handles.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::tls {

/// The bytes of a file of at most 1 MiB. Throws std::runtime_error with the problem, without the
/// name. `secret`: others than its owner must not have any right to it.
std::string read_small_file(const std::string& name, bool secret);

/// All certificates, in order; empty if there is none, or one that is damaged.
std::vector<certificate> certificates_in(std::string_view pem);

/// Null if there is none, it is damaged, or it asks for a passphrase.
private_key key_in(std::string_view pem);

} // namespace evenkeel::tls
