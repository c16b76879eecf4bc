#include "tls/certificates.hpp"

#include "tls/handles.hpp"
#include "tls/new_files.hpp"
#include "tls/pem.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <vector>

namespace evenkeel::tls {

namespace {

constexpr long hour_s = 3600;            ///< clocks of hosts may differ by that
constexpr std::size_t longest_name = 64; ///< of a CN
constexpr long version_3 = 2;

using number = std::unique_ptr<BIGNUM, freed_by<&BN_free>>;
using extension = std::unique_ptr<X509_EXTENSION, freed_by<&X509_EXTENSION_free>>;

/// Every call of OpenSSL that can fail only when memory or randomness is gone.
void require(bool good) {
  if (!good)
    throw std::runtime_error("OpenSSL: " + take_problem());
}

struct signer {
  certificate cert;
  private_key key;
};

private_key new_key() {
  private_key made{EVP_EC_gen("P-256")};
  require(made != nullptr);
  return made;
}

std::string random_word() {
  std::array<unsigned char, 4> bytes{};
  require(RAND_bytes(bytes.data(), bytes.size()) == 1);
  constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes)
    text.append({digits[byte >> 4U], digits[byte & 15U]});
  return text;
}

void set_serial(X509* cert) {
  constexpr int bits = 127;
  const number drawn{BN_new()};
  require(drawn && BN_rand(drawn.get(), bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1);
  require(BN_to_ASN1_INTEGER(drawn.get(), X509_get_serialNumber(cert)) != nullptr);
}

void set_subject(X509* cert, const std::string& name) {
  require(X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(name.data()),
                                     static_cast<int>(name.size()), -1, 0)
          == 1);
}

/// A first draft: names, key, validity.
certificate draft(const std::string& name, EVP_PKEY* key, int days) {
  certificate made{X509_new()};
  require(made != nullptr);
  require(X509_set_version(made.get(), version_3) == 1);
  set_serial(made.get());
  set_subject(made.get(), name);
  require(X509_set_pubkey(made.get(), key) == 1);
  require(X509_gmtime_adj(X509_getm_notBefore(made.get()), -hour_s) != nullptr);
  require(X509_time_adj_ex(X509_getm_notAfter(made.get()), days, 0, nullptr) != nullptr);
  return made;
}

void extend(X509* cert, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
  const extension made{X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str())};
  require(made && X509_add_ext(cert, made.get(), -1) == 1);
}

void sign(X509* cert, const X509* issuer, EVP_PKEY* key) {
  require(X509_set_issuer_name(cert, X509_get_subject_name(issuer)) == 1);
  require(X509_sign(cert, key, EVP_sha256()) > 0);
}

std::string pem_of(X509* cert) {
  const auto to = memory();
  require(PEM_write_bio_X509(to.get(), cert) == 1);
  return text_of(to.get());
}

std::string pem_of(EVP_PKEY* key) {
  const auto to = memory();
  require(PEM_write_bio_PrivateKey(to.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(to.get());
}

made_certificate save(const std::filesystem::path& directory, const std::string& name, X509* cert,
                      EVP_PKEY* key, bool overwrite) {
  made_certificate made{directory / (name + ".crt"), directory / (name + ".key"),
                        day_of(X509_get0_notAfter(cert))};
  make_files({{made.key, pem_of(key), true}, {made.cert, pem_of(cert), false}}, overwrite);
  return made;
}

std::string read(const std::filesystem::path& name, bool secret) {
  try {
    return read_small_file(name.string(), secret);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(name.string() + ": " + error.what()
                             + " (evenkeel certs init makes a CA)");
  }
}

signer authority_in(const std::filesystem::path& directory) {
  auto certs = certificates_in(read(directory / "ca.crt", false));
  auto key = key_in(read(directory / "ca.key", true));
  if (certs.empty() || X509_check_ca(certs.front().get()) == 0)
    throw std::runtime_error((directory / "ca.crt").string() + ": holds no certificate of a CA");
  if (!key || X509_check_private_key(certs.front().get(), key.get()) != 1)
    throw std::runtime_error((directory / "ca.key").string() + ": is not the key of ca.crt");
  if (X509_cmp_current_time(X509_get0_notAfter(certs.front().get())) < 0)
    throw std::runtime_error((directory / "ca.crt").string() + ": has expired on "
                             + day_of(X509_get0_notAfter(certs.front().get())));
  return {std::move(certs.front()), std::move(key)};
}

bool is_address(const std::string& name) {
  std::array<unsigned char, sizeof(in6_addr)> parsed{};
  return inet_pton(AF_INET, name.c_str(), parsed.data()) == 1
         || inet_pton(AF_INET6, name.c_str(), parsed.data()) == 1;
}

} // namespace

std::string problem_with_name(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
           || c == '.' || c == '_' || c == ':';
  };
  if (name.empty() || name.size() > longest_name || !std::all_of(name.begin(), name.end(), fits)
      || name.front() == '.' || name.front() == '-')
    return "a host name or an address: 1 to 64 of a-z A-Z 0-9 . - _ :";
  if (name.find(':') != std::string::npos && !is_address(name))
    return "a ':' is for IPv6 addresses only";
  return name == "ca" ? "the files ca.crt and ca.key are the CA's: take another name" : "";
}

made_certificate make_authority(const std::filesystem::path& directory, const validity& how) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed)
    throw std::runtime_error("cannot make " + directory.string() + ": " + failed.message());
  const auto key = new_key();
  // A name of its own: certificates of another CA are then told apart by their issuer.
  const auto cert = draft("Evenkeel CA " + random_word(), key.get(), how.days);
  extend(cert.get(), cert.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  extend(cert.get(), cert.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(cert.get(), cert.get(), NID_subject_key_identifier, "hash");
  sign(cert.get(), cert.get(), key.get());
  return save(directory, "ca", cert.get(), key.get(), how.overwrite);
}

made_certificate make_host_certificate(const std::filesystem::path& directory,
                                       const std::string& name, const validity& how) {
  if (const auto problem = problem_with_name(name); !problem.empty())
    throw std::runtime_error(name + ": " + problem);
  const auto ca = authority_in(directory);
  const auto key = new_key();
  const auto cert = draft(name, key.get(), how.days);
  if (ASN1_TIME_compare(X509_get0_notAfter(cert.get()), X509_get0_notAfter(ca.cert.get())) > 0)
    require(X509_set1_notAfter(cert.get(), X509_get0_notAfter(ca.cert.get())) == 1);
  extend(cert.get(), ca.cert.get(), NID_basic_constraints, "critical,CA:FALSE");
  extend(cert.get(), ca.cert.get(), NID_key_usage, "critical,digitalSignature");
  extend(cert.get(), ca.cert.get(), NID_ext_key_usage, "serverAuth,clientAuth");
  extend(cert.get(), ca.cert.get(), NID_subject_alt_name,
         (is_address(name) ? "IP:" : "DNS:") + name);
  extend(cert.get(), ca.cert.get(), NID_subject_key_identifier, "hash");
  extend(cert.get(), ca.cert.get(), NID_authority_key_identifier, "keyid");
  sign(cert.get(), ca.cert.get(), ca.key.get());
  return save(directory, name, cert.get(), key.get(), how.overwrite);
}

} // namespace evenkeel::tls
