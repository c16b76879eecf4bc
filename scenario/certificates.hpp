// Certificates for the processes of a script that speak TLS with each other: one CA for each run,
// in the directory `certs` of the scenario. Must not know: processes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace evenkeel::scenario {

/// The options that make this process speak TLS; what is missing is made.
std::vector<std::string> tls_options(const std::filesystem::path& directory,
                                     const std::string& name);

} // namespace evenkeel::scenario
