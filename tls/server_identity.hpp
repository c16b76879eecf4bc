// The certificate that a process shows to clients, who show none themselves: read once and checked.
// Owns: OpenSSL's settings made of it. Must not know: connections, what is said in them.
#pragma once

#include "tls/handles.hpp"

#include <string>

namespace evenkeel::tls {

class server_identity {
public:
  /// PEM files: the certificate with what stands between it and its CA, if anything, and its key.
  /// Throws file_error (credentials.hpp): missing, not PEM, too large, expired, a key of another
  /// certificate, one that others may read.
  server_identity(const std::string& cert_file, const std::string& key_file);

  /// TLS 1.3, this certificate, and nothing asked of the client. For one thread at a time.
  [[nodiscard]] SSL_CTX* settings() const { return settings_.get(); }
  [[nodiscard]] const std::string& valid_until() const { return valid_until_; }
  [[nodiscard]] bool expires_soon() const { return expires_soon_; } ///< in less than a month

private:
  session_settings settings_;
  std::string valid_until_;
  bool expires_soon_ = false;
};

} // namespace evenkeel::tls
