// What messages show of texts that anybody may have written. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace evenkeel::scenario {

/// Whatever is not printable ASCII as \xHH; at most `most` characters, and "..." for the rest.
std::string shown(std::string_view text, std::size_t most);

/// A word of a script, shown in quotes and not endlessly.
std::string quoted(std::string_view word);

} // namespace evenkeel::scenario
