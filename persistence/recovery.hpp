// Start-up: all records of a store, decoded; damaged ones set aside.
#pragma once

#include "messages/records.hpp"
#include "persistence/store.hpp"

#include <cstdint>
#include <functional>

namespace evenkeel::persistence {

using record_callback = std::function<void(record::value&&)>;

/// Hands over every intact record, in the order of their keys. A damaged one is moved to the
/// quarantine and named in a warning of `report`. Errors, after which the records seen so far must
/// not be used and nothing was moved:
///  - newer_format: a record of a kind or version that only a newer program knows; named in the
///  text.
///  - damaged: the store itself, or an essential record (record_reader.hpp).
///  - io: reading failed.
/// `wall_ms` is noted beside what goes to the quarantine; 0: nothing is noted.
status recover(store& from, const record_callback& on_record, open_report& report,
               std::int64_t wall_ms = 0);

} // namespace evenkeel::persistence
