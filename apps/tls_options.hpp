// --tls-cert, --tls-key and --tls-ca of proxy and node, and --plain-cluster's place among them.
#pragma once

#include "apps/options.hpp"
#include "tls/credentials.hpp"

#include <memory>

namespace evenkeel::apps {

void add_tls_options(CLI::App& app, tls::file_names& chosen);

/// Null without any of the three. Throws CLI::ValidationError when one is missing or cannot be
/// used.
std::shared_ptr<const tls::credentials> load_credentials(const tls::file_names& chosen);

/// One line for the log; a warning if the certificate ends soon.
void report(const tls::credentials& ours);

} // namespace evenkeel::apps
