// A CA of one's own and certificates of hosts, for people who have no other: EC keys on P-256,
// signed with SHA-256. The CA's key is needed for making certificates only, never by a process of
// the cluster. Must not know: connections.
#pragma once

#include <filesystem>
#include <string>

namespace evenkeel::tls {

struct made_certificate {
  std::filesystem::path cert;
  std::filesystem::path key;
  std::string valid_until; ///< a day
};

struct validity {
  int days = 0;           ///< from now on; a negative number makes an expired one
  bool overwrite = false; ///< what is there already
};

/// ca.crt and ca.key in `directory`, which is made if missing. All of these throw
/// std::runtime_error with one clear sentence.
made_certificate make_authority(const std::filesystem::path& directory, const validity& how);

/// NAME.crt and NAME.key, signed by the CA in `directory`, for both ends of a connection. `name` is
/// a host name or an address. Not valid for longer than the CA is.
made_certificate make_host_certificate(const std::filesystem::path& directory,
                                       const std::string& name, const validity& how);

/// Empty when `name` can be a host's, else what is wrong with it.
std::string problem_with_name(const std::string& name);

} // namespace evenkeel::tls
