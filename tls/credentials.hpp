// What a process shows to its peers and whom it trusts: certificate, key and CA, read once and
// checked before anybody uses them. Owns: copies of the files. Must not know: CAF, connections.
#pragma once

#include "tls/handles.hpp"
#include "tls/sealed_file.hpp"

#include <stdexcept>
#include <string>

namespace evenkeel::tls {

/// PEM files.
struct file_names {
  std::string cert; ///< of this host, and what stands between it and the CA, if anything
  std::string key;  ///< without a passphrase, and readable by its owner alone
  std::string ca;   ///< whoever shows a certificate of one of these is a peer

  [[nodiscard]] bool none() const { return cert.empty() && key.empty() && ca.empty(); }
  [[nodiscard]] bool all() const { return !cert.empty() && !key.empty() && !ca.empty(); }
};

/// A file that cannot be used.
class file_error : public std::runtime_error {
public:
  file_error(std::string field, const std::string& name, const std::string& problem)
      : std::runtime_error(name + ": " + problem), field_(std::move(field)) {}

  /// "cert", "key" or "ca"; what() has the rest.
  [[nodiscard]] const std::string& field() const { return field_; }

private:
  std::string field_;
};

class credentials {
public:
  /// Throws file_error: missing, not PEM, too large, expired, not of this CA, not for both ends of
  /// a connection, a key of another certificate, one that others may read.
  explicit credentials(const file_names& files);

  [[nodiscard]] std::string cert_path() const { return cert_.path(); }
  [[nodiscard]] std::string key_path() const { return key_.path(); }
  [[nodiscard]] std::string ca_path() const { return ca_.path(); }

  /// A day, and true if it is less than a month away.
  [[nodiscard]] const std::string& valid_until() const { return valid_until_; }
  [[nodiscard]] bool expires_soon() const { return expires_soon_; }

  /// TLS 1.3, this certificate, and peers with one of the CA only: for either end.
  [[nodiscard]] session_settings settings() const;

private:
  sealed_file cert_;
  sealed_file key_;
  sealed_file ca_;
  std::string valid_until_;
  bool expires_soon_ = false;
};

} // namespace evenkeel::tls
