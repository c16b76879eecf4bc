#include "tls/server_identity.hpp"

#include "temporary_directory.hpp"
#include "tls/certificates.hpp"
#include "tls/credentials.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace evenkeel::tls;
using evenkeel::test::temporary_directory;

namespace {

namespace fs = std::filesystem;

/// "FIELD: what is wrong"; empty: it can be used.
std::string problem_with(const fs::path& cert, const fs::path& key) {
  try {
    const server_identity made{cert.string(), key.string()};
    return {};
  } catch (const file_error& error) {
    return error.field() + ": " + error.what();
  }
}

bool has(const std::string& text, const std::string& piece) {
  return text.find(piece) != std::string::npos;
}

} // namespace

TEST_CASE("a host's certificate serves clients as well, alone or with its chain") {
  const temporary_directory home;
  const auto ca = make_authority(home / "certs", {1000, false});
  const auto host = make_host_certificate(home / "certs", "a", {100, false});
  CHECK(problem_with(host.cert, host.key) == "");
  std::ofstream{host.cert, std::ios::app} << std::ifstream{ca.cert}.rdbuf();
  CHECK(problem_with(host.cert, host.key) == "");
}

TEST_CASE("a certificate that clients could not be shown is named with its problem") {
  const temporary_directory home;
  make_authority(home / "certs", {1000, false});
  const auto host = make_host_certificate(home / "certs", "a", {100, false});
  const auto other = make_host_certificate(home / "certs", "b", {100, false});
  const auto over = make_host_certificate(home / "certs", "c", {-1, false});
  CHECK(has(problem_with(home / "none", host.key), "cert: "));
  CHECK(has(problem_with(host.key, host.key), "holds no certificate"));
  CHECK(has(problem_with(host.cert, host.cert), "others than its owner have rights to it"));
  CHECK(has(problem_with(host.cert, other.key), "is not the key of the certificate"));
  CHECK(has(problem_with(over.cert, over.key), "has expired on"));
  fs::permissions(host.key, fs::perms(0644));
  CHECK(has(problem_with(host.cert, host.key), "key: "));
}
