// OpenSSL's objects as owners, and its errors as text. Must not know: what they are used for.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

namespace evenkeel::tls {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using bio = std::unique_ptr<BIO, freed_by<&BIO_free_all>>;
using private_key = std::unique_ptr<EVP_PKEY, freed_by<&EVP_PKEY_free>>;
using certificate = std::unique_ptr<X509, freed_by<&X509_free>>;
using session_settings = std::unique_ptr<SSL_CTX, freed_by<&SSL_CTX_free>>;

/// The first reason in this thread's error queue, which is empty then.
std::string take_problem();

/// Reads from `text`, which must outlive it.
bio reader_of(std::string_view text);
/// Collects what is written.
bio memory();
/// All that `from` has collected.
std::string text_of(BIO* from);

/// "2028-11-24" (UTC).
std::string day_of(const ASN1_TIME* moment);

} // namespace evenkeel::tls
