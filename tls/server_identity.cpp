#include "tls/server_identity.hpp"

#include "tls/credentials.hpp"
#include "tls/pem.hpp"

#include <openssl/err.h>

#include <ctime>
#include <vector>

namespace evenkeel::tls {

namespace {

constexpr std::time_t month_s = 30L * 24 * 3600;

std::string read(const char* field, const std::string& name, bool secret) {
  try {
    return read_small_file(name, secret);
  } catch (const std::runtime_error& error) {
    throw file_error(field, name, error.what());
  }
}

std::vector<certificate> chain_in(const std::string& file) {
  auto chain = certificates_in(read("cert", file, false));
  if (chain.empty())
    throw file_error("cert", file, "holds no certificate in PEM format, or a damaged one");
  const auto* const end = X509_get0_notAfter(chain.front().get());
  if (X509_cmp_current_time(end) < 0)
    throw file_error("cert", file, "has expired on " + day_of(end));
  return chain;
}

/// Null: OpenSSL does not take the certificate; `take_problem` says why.
session_settings settings_with(const std::vector<certificate>& chain, EVP_PKEY* key) {
  session_settings made{SSL_CTX_new(TLS_server_method())};
  bool good = made && SSL_CTX_set_min_proto_version(made.get(), TLS1_3_VERSION) == 1
              && SSL_CTX_use_certificate(made.get(), chain.front().get()) == 1;
  for (std::size_t i = 1; good && i < chain.size(); ++i)
    good = SSL_CTX_add1_chain_cert(made.get(), chain[i].get()) == 1;
  if (!good || SSL_CTX_use_PrivateKey(made.get(), key) != 1)
    return nullptr;
  // What is to be written may have moved and grown meanwhile; an idle client costs no buffers.
  SSL_CTX_set_mode(made.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                                   | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(made.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(made.get(), 0); // nothing is resumed: nothing of it to keep
  return made;
}

} // namespace

server_identity::server_identity(const std::string& cert_file, const std::string& key_file) {
  const auto chain = chain_in(cert_file);
  const auto key = key_in(read("key", key_file, true));
  if (!key)
    throw file_error("key", key_file,
                     "holds no private key in PEM format, or one with a passphrase");
  if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
    ERR_clear_error();
    throw file_error("key", key_file, "is not the key of the certificate " + cert_file);
  }
  settings_ = settings_with(chain, key.get());
  if (!settings_)
    throw file_error("cert", cert_file, take_problem());
  const auto* const end = X509_get0_notAfter(chain.front().get());
  valid_until_ = day_of(end);
  auto soon = std::time(nullptr) + month_s;
  expires_soon_ = X509_cmp_time(end, &soon) < 0;
}

} // namespace evenkeel::tls
