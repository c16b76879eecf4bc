// --tls-cert, --tls-key and --tls-ca of the cluster; --client-tls-cert and --client-tls-key.
#pragma once

#include "apps/options.hpp"
#include "tls/credentials.hpp"
#include "tls/server_identity.hpp"

#include <memory>
#include <string>

namespace evenkeel::apps {

void add_tls_options(CLI::App& app, tls::file_names& chosen);

/// Null without any of the three. Throws CLI::ValidationError when one is missing or cannot be
/// used.
std::shared_ptr<const tls::credentials> load_credentials(const tls::file_names& chosen);

/// What a client port shows.
struct client_tls_choice {
  std::string cert;
  std::string key;
};

void add_client_tls_options(CLI::App& app, client_tls_choice& chosen);

/// Null without either. Throws CLI::ValidationError when one is missing or cannot be used.
std::shared_ptr<const tls::server_identity> load_identity(const client_tls_choice& chosen);

/// What the log says of a client port there: that it is by TLS, and until when, or that tokens can
/// be read on the way. Nothing of a plain one on loopback.
void report(const tls::server_identity* identity, const std::string& address);

/// One line for the log; a warning if the certificate ends soon.
void report(const tls::credentials& ours);

} // namespace evenkeel::apps
