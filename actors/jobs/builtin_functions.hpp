// The functions that every node offers. Pure: no state, no input but their arguments.
#pragma once

#include <cstdint>
#include <string>

namespace evenkeel::jobs {

/// Largest argument of `primes`: well under a second and about 3 MB.
inline constexpr std::uint32_t max_primes_argument = 50'000'000;

/// Nothing, whatever the arguments.
std::string noop(const std::string& arguments);

/// Its arguments, unchanged.
std::string echo(const std::string& arguments);

/// How many primes are smaller than the argument, a decimal number from 0 to 50,000,000 with
/// optional white space around it. Throws std::invalid_argument for anything else.
std::string primes(const std::string& arguments);

/// How many words the arguments hold: runs of bytes that are not ASCII white space.
std::string wordcount(const std::string& arguments);

} // namespace evenkeel::jobs
