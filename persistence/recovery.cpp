#include "persistence/recovery.hpp"

#include "persistence/format.hpp"
#include "persistence/keys.hpp"
#include "persistence/quarantine.hpp"
#include "persistence/record_reader.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace evenkeel::persistence {

namespace {

constexpr std::size_t warnings_by_name = 20;

/// One pass over the store; changes nothing.
class reader {
public:
  reader(const record_callback& on_record, open_report& report)
      : on_record_(on_record), report_(report) {}

  bool operator()(std::string_view key, std::string_view value) {
    if (!format::is_record_key(key))
      return true;
    auto content = read_(key, value);
    if (auto* intact = std::get_if<record::value>(&content)) {
      ++report_.records;
      on_record_(std::move(*intact));
      return true;
    }
    auto& failure = std::get<decode_failure>(content);
    if (failure.code == decode_error::damaged)
      return set_aside(key, value, std::move(failure.text));
    refused = {store_error::newer_format,
               "under " + describe_key(key) + " there is " + failure.text};
    return false;
  }

  status refused; ///< why the pass was broken off
  std::vector<damaged_entry> damaged;

private:
  bool set_aside(std::string_view key, std::string_view value, std::string why) {
    if (is_essential(key)) {
      refused = {store_error::damaged, describe_key(key) + " is damaged (" + why
                                           + "), and without it no ticket of this ledger can be "
                                             "vouched for: restore the data directory"};
      return false;
    }
    damaged.push_back({std::string(key), std::string(value), std::move(why)});
    return true;
  }

  const record_callback& on_record_;
  open_report& report_;
  record_reader read_;
};

status set_aside(store& from, const std::vector<damaged_entry>& damaged, std::int64_t wall_ms,
                 open_report& report) {
  if (auto moved = quarantine(from, damaged, wall_ms); !moved.ok())
    return moved;
  report.quarantined += damaged.size();
  const auto named = std::min(damaged.size(), warnings_by_name);
  for (std::size_t i = 0; i < named; ++i)
    report.warnings.push_back(describe_key(damaged[i].key) + " is damaged (" + damaged[i].why
                              + ") and was set aside in quarantine");
  if (damaged.size() > named)
    report.warnings.push_back(std::to_string(damaged.size() - named)
                              + " more damaged records were set aside in quarantine");
  return {};
}

} // namespace

status recover(store& from, const record_callback& on_record, open_report& report,
               std::int64_t wall_ms) {
  reader pass(on_record, report);
  if (auto scanned = from.scan("", std::ref(pass)); !scanned.ok())
    return scanned;
  if (!pass.refused.ok())
    return std::move(pass.refused);
  return pass.damaged.empty() ? status{} : set_aside(from, pass.damaged, wall_ms, report);
}

} // namespace evenkeel::persistence
