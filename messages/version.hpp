// The version of this program, in one place.
#pragma once

namespace evenkeel {

inline constexpr const char* version = "0.1.0";

} // namespace evenkeel
