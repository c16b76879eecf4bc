#include "scenario/certificates.hpp"

#include "tls/certificates.hpp"

namespace evenkeel::scenario {

std::vector<std::string> tls_options(const std::filesystem::path& directory,
                                     const std::string& name) {
  constexpr tls::validity short_lived{30, false};
  const auto certs = directory / "certs";
  const auto ca = certs / "ca.crt";
  const auto cert = certs / (name + ".crt");
  if (!std::filesystem::exists(ca))
    tls::make_authority(certs, short_lived);
  if (!std::filesystem::exists(cert))
    tls::make_host_certificate(certs, name, short_lived);
  return {"--tls-cert",  cert.string(), "--tls-key", (certs / (name + ".key")).string(),
          "--tls-ca", ca.string()};
}

} // namespace evenkeel::scenario
