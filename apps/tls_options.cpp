#include "apps/tls_options.hpp"

#include "actors/log.hpp"

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

void report(const tls::credentials& ours) {
  log_line(ours.expires_soon() ? core::note::level::warning : core::note::level::info,
           "the cluster is by TLS; our certificate is valid until " + ours.valid_until());
}

} // namespace evenkeel::apps
