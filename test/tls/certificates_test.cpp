#include "tls/certificates.hpp"

#include "temporary_directory.hpp"
#include "tls/pem.hpp"

#include <doctest/doctest.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <stdexcept>
#include <string>

using namespace evenkeel::tls;
using evenkeel::test::bytes_of;
using evenkeel::test::temporary_directory;

namespace {

namespace fs = std::filesystem;

constexpr validity ten_days{10, false};

fs::perms mode_of(const fs::path& name) {
  return fs::status(name).permissions();
}

certificate read_certificate(const fs::path& name) {
  return std::move(certificates_in(bytes_of(name)).at(0));
}

} // namespace

TEST_CASE("keys are for their owner alone and certificates for everybody") {
  const temporary_directory home;
  const auto ca = make_authority(home / "certs", ten_days);
  const auto host = make_host_certificate(home / "certs", "a", ten_days);
  for (const auto& key : {ca.key, host.key})
    CHECK(mode_of(key) == (fs::perms::owner_read | fs::perms::owner_write));
  for (const auto& cert : {ca.cert, host.cert})
    CHECK((mode_of(cert) & fs::perms::others_read) != fs::perms::none);
}

TEST_CASE("nothing is overwritten without being told") {
  const temporary_directory home;
  const auto ca = make_authority(home / "certs", ten_days);
  const auto before = bytes_of(ca.key);
  CHECK_THROWS_WITH(make_authority(home / "certs", ten_days),
                    doctest::Contains("is there already: --force"));
  CHECK(bytes_of(ca.key) == before);
  fs::remove(ca.cert); // the key alone is enough
  CHECK_THROWS_AS(make_authority(home / "certs", ten_days), std::runtime_error);
  CHECK(bytes_of(ca.key) == before);
  CHECK_NOTHROW(make_authority(home / "certs", {10, true}));
  CHECK(bytes_of(ca.key) != before);
}

TEST_CASE("a host's certificate holds its name or its address") {
  const temporary_directory home;
  make_authority(home / "certs", ten_days);
  const auto named = read_certificate(make_host_certificate(home / "certs", "a.b", ten_days).cert);
  const auto v4 =
      read_certificate(make_host_certificate(home / "certs", "10.0.0.7", ten_days).cert);
  const auto v6 = read_certificate(make_host_certificate(home / "certs", "::1", ten_days).cert);
  CHECK(X509_check_host(named.get(), "a.b", 0, 0, nullptr) == 1);
  CHECK(X509_check_ip_asc(v4.get(), "10.0.0.7", 0) == 1);
  CHECK(X509_check_ip_asc(v6.get(), "::1", 0) == 1);
}

TEST_CASE("a host's certificate is not valid for longer than its CA") {
  const temporary_directory home;
  const auto ca = make_authority(home / "certs", ten_days);
  CHECK(make_host_certificate(home / "certs", "a", {1000, false}).valid_until == ca.valid_until);
}

TEST_CASE("a host's certificate cannot sign others") {
  const temporary_directory home;
  make_authority(home / "certs", ten_days);
  const auto host = read_certificate(make_host_certificate(home / "certs", "a", ten_days).cert);
  CHECK(X509_check_ca(host.get()) == 0);
}

TEST_CASE("without a CA that is whole no certificate is made") {
  const temporary_directory home;
  CHECK_THROWS_WITH(make_host_certificate(home / "none", "a", ten_days),
                    doctest::Contains("evenkeel certs init"));
  make_authority(home / "expired", {-1, false});
  CHECK_THROWS_WITH(make_host_certificate(home / "expired", "a", ten_days),
                    doctest::Contains("has expired"));
  make_authority(home / "mixed", ten_days);
  fs::copy_file(home / "expired/ca.key", home / "mixed/ca.key",
                fs::copy_options::overwrite_existing);
  CHECK_THROWS_WITH(make_host_certificate(home / "mixed", "a", ten_days),
                    doctest::Contains("is not the key of ca.crt"));
}

TEST_CASE("a name that is no host's is refused") {
  for (const auto* wrong : {"", "a/b", "..", "a b", "a,DNS:b", "ca", "1:2", "-a"})
    CHECK_FALSE(problem_with_name(wrong).empty());
  CHECK_FALSE(problem_with_name(std::string(65, 'a')).empty());
  for (const auto* right : {"a", "node-1.example.org", "10.0.0.7", "fe80::1"})
    CHECK(problem_with_name(right).empty());
}
