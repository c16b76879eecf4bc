// How CAF is set up in our processes. The user's command line and files never reach CAF's own
// parser.
#pragma once

#include <caf/all.hpp>

#include <cstddef>

namespace evenkeel {

class system_config : public caf::actor_system_config {
public:
  /// `workers`: threads of CAF's scheduler. No actor on them ever blocks.
  explicit system_config(std::size_t workers);
};

} // namespace evenkeel
