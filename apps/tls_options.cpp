#include "apps/tls_options.hpp"

#include "actors/log.hpp"
#include "actors/loopback.hpp"

#include <array>
#include <string>
#include <utility>

namespace evenkeel::apps {

void add_tls_options(CLI::App& app, tls::file_names& chosen) {
  app.add_option("--tls-cert", chosen.cert,
                 "this host's certificate (PEM): cluster by mutual TLS, see evenkeel certs")
      ->envname("EVENKEEL_TLS_CERT")
      ->check(not_empty()); // an unset variable of a script must not mean: no TLS
  app.add_option("--tls-key", chosen.key, "its key, readable by its owner alone")
      ->envname("EVENKEEL_TLS_KEY")
      ->check(not_empty());
  app.add_option("--tls-ca", chosen.ca, "the CA: whoever has a certificate of it is a member")
      ->envname("EVENKEEL_TLS_CA")
      ->check(not_empty());
}

std::shared_ptr<const tls::credentials> load_credentials(const tls::file_names& chosen) {
  if (chosen.none())
    return nullptr;
  const std::array all{std::pair{"--tls-cert", &chosen.cert}, std::pair{"--tls-key", &chosen.key},
                       std::pair{"--tls-ca", &chosen.ca}};
  for (const auto& [option, name] : all)
    if (name->empty())
      throw CLI::ValidationError(option,
                                 "is missing: --tls-cert, --tls-key and --tls-ca go together");
  try {
    return std::make_shared<const tls::credentials>(chosen);
  } catch (const tls::file_error& error) {
    throw CLI::ValidationError("--tls-" + error.field(), error.what());
  }
}

void add_client_tls_options(CLI::App& app, client_tls_choice& chosen) {
  app.add_option("--client-tls-cert", chosen.cert,
                 "certificate (PEM) for clients: those of other machines connect by TLS then")
      ->envname("EVENKEEL_CLIENT_TLS_CERT")
      ->check(not_empty());
  app.add_option("--client-tls-key", chosen.key, "its key, readable by its owner alone")
      ->envname("EVENKEEL_CLIENT_TLS_KEY")
      ->check(not_empty());
}

std::shared_ptr<const tls::server_identity> load_identity(const client_tls_choice& chosen) {
  if (chosen.cert.empty() && chosen.key.empty())
    return nullptr;
  if (chosen.cert.empty() || chosen.key.empty())
    throw CLI::ValidationError(chosen.cert.empty() ? "--client-tls-cert" : "--client-tls-key",
                               "is missing: --client-tls-cert and --client-tls-key go together");
  try {
    return std::make_shared<const tls::server_identity>(chosen.cert, chosen.key);
  } catch (const tls::file_error& error) {
    throw CLI::ValidationError("--client-tls-" + error.field(), error.what());
  }
}

void report(const tls::server_identity* identity, const std::string& address) {
  using level = core::note::level;
  if (identity != nullptr)
    log_line(identity->expires_soon() ? level::warning : level::info,
             "clients of other machines need TLS; our certificate for them is valid until "
                 + identity->valid_until());
  else if (!is_loopback(address))
    log_line(level::warning, "clients are not encrypted: whoever sees the network sees their jobs "
                             "and tokens; --client-tls-cert and --client-tls-key change that");
}

void report(const tls::credentials& ours) {
  log_line(ours.expires_soon() ? core::note::level::warning : core::note::level::info,
           "the cluster is by TLS; our certificate is valid until " + ours.valid_until());
}

} // namespace evenkeel::apps
