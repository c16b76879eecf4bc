// A directory in which several stores have directories of their own, as a host's nodes do: one
// process's at a time. Must not know: the stores in it.
#pragma once

#include "persistence/store.hpp"

#include <memory>
#include <string>

namespace evenkeel::persistence {

struct directory_claim {
  status state;
  std::shared_ptr<const void> held; ///< the directory is ours until the last copy is gone
};

/// Makes the directory (0700) if need be, and locks its file `.lock`.
///  - in_use: the text names the process that has it, where that can be found out.
///  - unusable, io: the text says what the system said.
///  - foreign: it is a store itself, or holds something that is none.
directory_claim claim_directory(const std::string& path);

} // namespace evenkeel::persistence
