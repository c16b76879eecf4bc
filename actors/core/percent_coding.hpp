// Percent-encoding of values, both ways: blanks, `%` and bytes outside printable ASCII.
// Must not know: which values there are.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::core {

/// Appends `value` with everything but `!` to `~` (without `%`) as `%XX`.
void append_percent_encoded(std::string& out, std::string_view value);

/// Nothing for a `%` without two hex digits, and for a byte that had to be encoded.
std::optional<std::string> percent_decoded(std::string_view value);

} // namespace evenkeel::core
