// Certificates for end-to-end tests, and peers that are none.
#pragma once

#include "cluster.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace evenkeel::test {

/// A CA in a directory of its own, and certificates on demand.
class authority {
public:
  explicit authority(std::filesystem::path directory);
  /// The three options of a process.
  [[nodiscard]] std::vector<std::string> options(const std::string& name) const;
  [[nodiscard]] std::filesystem::path cert(const std::string& name) const;
  [[nodiscard]] std::filesystem::path key(const std::string& name) const;

private:
  std::filesystem::path directory_;
};

/// Connects, shows the certificate if there is one, believes anybody, and says `words` as soon as
/// it may. Returns once the other side has closed the connection: true if that said anything at
/// all.
bool speak_tls(const std::string& port, const std::filesystem::path& cert,
               const std::filesystem::path& key, const std::string& words = {});

/// Sends the bytes as they are. Ends at once, with a reset, or (`patient`) when the other side has
/// closed the connection.
void speak_plainly(const std::string& port, const std::string& bytes, bool patient);

} // namespace evenkeel::test
