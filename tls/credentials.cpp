#include "tls/credentials.hpp"

#include "tls/pem.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>
#include <new>
#include <vector>

namespace evenkeel::tls {

namespace {

constexpr std::time_t month_s = 30L * 24 * 3600;
constexpr int security_level = 2; ///< Debian's: keys of 112 bits of security at least

using store = std::unique_ptr<X509_STORE, freed_by<&X509_STORE_free>>;
using verification = std::unique_ptr<X509_STORE_CTX, freed_by<&X509_STORE_CTX_free>>;

struct free_list {
  void operator()(STACK_OF(X509) * list) const { sk_X509_free(list); }
};
using certificate_list = std::unique_ptr<STACK_OF(X509), free_list>; // of certificates of others

template <class T>
T* require(T* made) {
  if (made == nullptr)
    throw std::bad_alloc();
  return made;
}

struct parts {
  std::vector<certificate> cert;
  private_key key;
  std::vector<certificate> ca;
};

std::string read(const char* field, const std::string& name, bool secret = false) {
  try {
    return read_small_file(name, secret);
  } catch (const std::runtime_error& error) {
    throw file_error(field, name, error.what());
  }
}

/// What X509_verify_cert says, in words about files.
std::string in_words(int error, const file_names& files, const X509* cert) {
  switch (error) {
  case X509_V_ERR_CERT_HAS_EXPIRED:
    return "has expired on " + day_of(X509_get0_notAfter(cert));
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return "is not valid before " + day_of(X509_get0_notBefore(cert));
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    return "is not signed by a CA in " + files.ca;
  case X509_V_ERR_INVALID_PURPOSE:
    return "must be for TLS clients and servers, both";
  default:
    return X509_verify_cert_error_string(error);
  }
}

/// As a peer will verify it.
void require_trusted(const file_names& files, const parts& from, int purpose) {
  const store trusted{require(X509_STORE_new())};
  for (const auto& one : from.ca)
    X509_STORE_add_cert(trusted.get(), one.get());
  const certificate_list chain{require(sk_X509_new_null())};
  for (const auto& one : from.cert)
    sk_X509_push(chain.get(), one.get());
  const verification check{require(X509_STORE_CTX_new())};
  X509_STORE_CTX_init(check.get(), trusted.get(), from.cert.front().get(), chain.get());
  X509_STORE_CTX_set_purpose(check.get(), purpose);
  X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(check.get()), security_level);
  const bool good = X509_verify_cert(check.get()) == 1;
  ERR_clear_error();
  if (good)
    return;
  const auto error = X509_STORE_CTX_get_error(check.get());
  const auto* const culprit = X509_STORE_CTX_get_current_cert(check.get());
  const bool of_ca = culprit != nullptr && X509_STORE_CTX_get_error_depth(check.get()) > 0
                     && X509_check_ca(const_cast<X509*>(culprit)) != 0;
  throw file_error(of_ca ? "ca" : "cert", of_ca ? files.ca : files.cert,
                   in_words(error, files, culprit == nullptr ? from.cert.front().get() : culprit));
}

void require_use(const file_names& files, const parts& from) {
  if (from.cert.empty())
    throw file_error("cert", files.cert, "holds no certificate in PEM format, or a damaged one");
  if (from.ca.empty())
    throw file_error("ca", files.ca, "holds no certificate in PEM format, or a damaged one");
  if (!from.key)
    throw file_error("key", files.key,
                     "holds no private key in PEM format, or one with a passphrase");
  if (X509_check_private_key(from.cert.front().get(), from.key.get()) != 1) {
    ERR_clear_error();
    throw file_error("key", files.key, "is not the key of the certificate " + files.cert);
  }
  require_trusted(files, from, X509_PURPOSE_SSL_SERVER);
  require_trusted(files, from, X509_PURPOSE_SSL_CLIENT);
}

} // namespace

credentials::credentials(const file_names& files)
    : cert_(read("cert", files.cert)), key_(read("key", files.key, true)),
      ca_(read("ca", files.ca)) {
  // Of what was sealed, not of the files: these may change at any time.
  const auto cert = read_small_file(cert_.path(), false);
  const auto key = read_small_file(key_.path(), false);
  const auto ca = read_small_file(ca_.path(), false);
  const parts all{certificates_in(cert), key_in(key), certificates_in(ca)};
  require_use(files, all);
  if (!settings())
    throw file_error("cert", files.cert, take_problem());
  const auto* const end = X509_get0_notAfter(all.cert.front().get());
  valid_until_ = day_of(end);
  auto soon = std::time(nullptr) + month_s;
  expires_soon_ = X509_cmp_time(end, &soon) < 0;
}

session_settings credentials::settings() const {
  session_settings made{SSL_CTX_new(TLS_method())};
  const bool good =
      made && SSL_CTX_set_min_proto_version(made.get(), TLS1_3_VERSION) == 1
      && SSL_CTX_use_certificate_chain_file(made.get(), cert_path().c_str()) == 1
      && SSL_CTX_use_PrivateKey_file(made.get(), key_path().c_str(), SSL_FILETYPE_PEM) == 1
      && SSL_CTX_load_verify_locations(made.get(), ca_path().c_str(), nullptr) == 1;
  if (!good)
    return nullptr;
  SSL_CTX_set_verify(made.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return made;
}

} // namespace evenkeel::tls
