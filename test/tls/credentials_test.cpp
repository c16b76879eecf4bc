#include "tls/credentials.hpp"

#include "temporary_directory.hpp"
#include "tls/certificates.hpp"

#include <doctest/doctest.h>
#include <openssl/pem.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace evenkeel::tls;
using evenkeel::test::bytes_of;
using evenkeel::test::temporary_directory;

namespace {

namespace fs = std::filesystem;

/// A CA and a host's certificate.
struct issued {
  explicit issued(const fs::path& directory, int host_days = 100, int ca_days = 1000) {
    const auto ca = make_authority(directory, {ca_days, false});
    const auto host = make_host_certificate(directory, "a", {host_days, false});
    files = {host.cert.string(), host.key.string(), ca.cert.string()};
  }
  file_names files;
};

/// "FIELD: what is wrong".
std::string problem_with(const file_names& files) {
  try {
    const credentials made{files};
    return {};
  } catch (const file_error& error) {
    return error.field() + ": " + error.what();
  }
}

fs::path write(const fs::path& name, const std::string& bytes) {
  std::ofstream{name, std::ios::binary} << bytes;
  fs::permissions(name, fs::perms::owner_read | fs::perms::owner_write);
  return name;
}

bool says(const std::string& problem, const std::string& field, const std::string& text) {
  INFO(problem);
  return problem.starts_with(field + ": ") && problem.find(text) != std::string::npos
         && problem.find('\n') == std::string::npos;
}

} // namespace

TEST_CASE("what evenkeel certs makes can be used") {
  const temporary_directory home;
  const issued ours{home / "certs"};
  CHECK(problem_with(ours.files).empty());
  CHECK_FALSE(credentials{ours.files}.expires_soon());
  CHECK(credentials{issued{home / "short", 20}.files}.expires_soon());
}

TEST_CASE("a file that is missing, not PEM, no file or too large is named") {
  const temporary_directory home;
  const issued ours{home / "certs"};
  const auto nothing = (home / "nothing").string();
  const auto junk = write(home / "junk", "junk").string();
  const auto large = write(home / "large", std::string(2U << 20U, 'x')).string();
  const auto folder = (home / "certs").string();
  const auto& [cert, key, ca] = ours.files;
  CHECK(says(problem_with({nothing, key, ca}), "cert", nothing + ": No such file"));
  CHECK(says(problem_with({cert, nothing, ca}), "key", "No such file"));
  CHECK(says(problem_with({cert, key, nothing}), "ca", "No such file"));
  CHECK(says(problem_with({junk, key, ca}), "cert", "holds no certificate"));
  CHECK(says(problem_with({cert, junk, ca}), "key", "holds no private key"));
  CHECK(says(problem_with({cert, key, junk}), "ca", "holds no certificate"));
  CHECK(says(problem_with({folder, key, ca}), "cert", "is not a file"));
  CHECK(says(problem_with({cert, key, large}), "ca", "larger than 1 MiB"));
}

TEST_CASE("a damaged certificate is no certificate") {
  const temporary_directory home;
  const issued ours{home / "certs"};
  const auto whole = bytes_of(ours.files.cert);
  for (std::size_t size = 1; size + 1 < whole.size(); size += 7) {
    const auto cut = write(home / "cut", whole.substr(0, size)).string();
    CHECK_FALSE(problem_with({cut, ours.files.key, ours.files.ca}).empty());
  }
  const auto two = write(home / "two", whole + whole.substr(0, whole.size() / 2)).string();
  CHECK(says(problem_with({two, ours.files.key, ours.files.ca}), "cert", "or a damaged one"));
}

TEST_CASE("a key that others may read is refused") {
  const temporary_directory home;
  const issued ours{home / "certs"};
  fs::permissions(ours.files.key, fs::perms::group_read, fs::perm_options::add);
  CHECK(says(problem_with(ours.files), "key", "mode 0640): chmod 600"));
}

TEST_CASE("a key of another certificate is refused") {
  const temporary_directory home;
  const issued ours{home / "certs"};
  const issued others{home / "others"};
  CHECK(says(problem_with({ours.files.cert, others.files.key, ours.files.ca}), "key",
             "is not the key of the certificate"));
}

TEST_CASE("a certificate of another CA or one that signed itself is refused") {
  const temporary_directory home;
  const issued ours{home / "certs"};
  const issued others{home / "others"};
  CHECK(says(problem_with({others.files.cert, others.files.key, ours.files.ca}), "cert",
             "is not signed by a CA in"));
  CHECK(says(problem_with({others.files.ca, (home / "others/ca.key").string(), ours.files.ca}),
             "cert", "is not signed by a CA in"));
}

TEST_CASE("a certificate that has expired is refused with the day") {
  const temporary_directory home;
  const issued ours{home / "certs", -1};
  CHECK(says(problem_with(ours.files), "cert", "has expired on 20"));
}

TEST_CASE("a CA that has expired is refused as the CA's file") {
  const temporary_directory home;
  const auto directory = home / "certs";
  const issued ours{directory};
  const auto key = bytes_of(directory / "ca.key");
  // The same CA, but over: signed again with its own key.
  const evenkeel::tls::bio from = reader_of(key);
  const private_key ca_key{PEM_read_bio_PrivateKey(from.get(), nullptr, nullptr, nullptr)};
  const auto pem = bytes_of(ours.files.ca);
  const evenkeel::tls::bio ca_from = reader_of(pem);
  const certificate ca{PEM_read_bio_X509(ca_from.get(), nullptr, nullptr, nullptr)};
  X509_gmtime_adj(X509_getm_notAfter(ca.get()), -10);
  X509_sign(ca.get(), ca_key.get(), EVP_sha256());
  const auto to = memory();
  PEM_write_bio_X509(to.get(), ca.get());
  write(ours.files.ca, text_of(to.get()));
  CHECK(says(problem_with(ours.files), "ca", "has expired on 20"));
}

TEST_CASE("a key with a passphrase is refused and nobody is asked for it") {
  const temporary_directory home;
  const issued ours{home / "certs"};
  const auto pem = bytes_of(ours.files.key);
  const auto from = reader_of(pem);
  const private_key key{PEM_read_bio_PrivateKey(from.get(), nullptr, nullptr, nullptr)};
  const auto to = memory();
  std::string word = "secret";
  PEM_write_bio_PKCS8PrivateKey(to.get(), key.get(), EVP_aes_256_cbc(), word.data(),
                                static_cast<int>(word.size()), nullptr, nullptr);
  const auto locked = write(home / "locked", text_of(to.get())).string();
  CHECK(says(problem_with({ours.files.cert, locked, ours.files.ca}), "key", "with a passphrase"));
}

TEST_CASE("what was read stays as it was whatever becomes of the files") {
  const temporary_directory home;
  const issued ours{home / "certs"};
  const credentials made{ours.files};
  const auto before = bytes_of(made.key_path());
  CHECK(before == bytes_of(ours.files.key));
  fs::remove_all(home / "certs");
  CHECK(bytes_of(made.key_path()) == before);
  CHECK(made.settings() != nullptr);
  std::ofstream{made.cert_path()} << "x"; // sealed
  CHECK(made.settings() != nullptr);
}
