// Which ticket each key=... got at each node, and whether it is always the same.
// Must not know: clients, requests, jobs.
#pragma once

#include "messages/ticket.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <utility>

namespace evenkeel::simulator {

class key_book {
public:
  /// An acknowledged submission: with `repeated`, the node said that it knew the key. What is wrong
  /// with that; empty when all is well. `fresh`: nobody had been told of this ticket.
  std::string acknowledged(std::size_t node, const std::string& key, const ticket& name,
                           bool repeated, bool& fresh) {
    const auto [known, added] = tickets_.try_emplace({node, key}, name);
    fresh = added;
    if (known->second != name)
      return "a key gave a second ticket: " + to_text(known->second) + " and " + to_text(name);
    if (!added && !repeated)
      return "a known key was taken for a new one: " + to_text(name);
    return {};
  }

private:
  std::map<std::pair<std::size_t, std::string>, ticket> tickets_;
};

} // namespace evenkeel::simulator
