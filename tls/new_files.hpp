// Files that are made whole or not at all. Must not know: what is in them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace evenkeel::tls {

struct new_file {
  std::filesystem::path name;
  std::string bytes;
  bool secret = false; ///< mode 0600, else 0644, whatever the umask
};

/// Makes all of them, durable when it returns. If one is there already and `overwrite` is not set,
/// none is made. Throws std::runtime_error with one clear sentence.
void make_files(const std::vector<new_file>& files, bool overwrite);

} // namespace evenkeel::tls
