// One entry of a store as a record, or what is wrong with it. Start-up and `evenkeel check` judge
// alike because both ask here. Must not know: what becomes of a damaged record.
#pragma once

#include "persistence/codec.hpp"

#include <string_view>

namespace evenkeel::persistence {

class record_reader {
public:
  /// A record under a key that is not its own is damaged.
  decoded operator()(std::string_view key, std::string_view value);

private:
  decoder decode_;
};

/// A ledger cannot do without these: its identity and the numbers it has issued. A new ledger in
/// their place would break promises already given.
bool is_essential(std::string_view key);

} // namespace evenkeel::persistence
