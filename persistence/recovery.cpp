#include "persistence/recovery.hpp"

#include "persistence/codec.hpp"
#include "persistence/format.hpp"
#include "persistence/keys.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace evenkeel::persistence {

namespace {

constexpr std::size_t warnings_by_name = 20;

struct damaged_entry {
  std::string key;
  std::string value;
  std::string what;
};

/// One pass over the store; changes nothing.
class reader {
public:
  reader(const record_callback& on_record, open_report& report)
      : on_record_(on_record), report_(report) {}

  bool operator()(std::string_view key, std::string_view value) {
    if (!format::is_record_key(key))
      return true;
    auto content = decode_(value);
    if (auto* intact = std::get_if<record::value>(&content)) {
      if (decode_key(key) != record::key_of(*intact))
        return set_aside(key, value, "a record that belongs elsewhere");
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
  bool set_aside(std::string_view key, std::string_view value, std::string what) {
    const auto where = decode_key(key);
    if (where && (where->type == record::kind::identity || where->type == record::kind::issued)) {
      refused = {store_error::damaged, describe_key(key) + " is damaged (" + what
                                           + "), and without it no ticket of this ledger can be "
                                             "vouched for: restore the data directory"};
      return false;
    }
    damaged.push_back({std::string(key), std::string(value), std::move(what)});
    return true;
  }

  const record_callback& on_record_;
  open_report& report_;
  decoder decode_;
};

/// Counts on from what is there already, so that no evidence is overwritten.
status last_quarantine_number(store& from, std::uint64_t& number) {
  return from.scan(format::quarantine_prefix, [&](auto key, auto) {
    key.remove_prefix(format::quarantine_prefix.size());
    if (key.size() >= sizeof number)
      number = read_big_endian(key);
    return true;
  });
}

status quarantine(store& from, const std::vector<damaged_entry>& damaged, open_report& report) {
  std::uint64_t number = 0;
  if (auto scanned = last_quarantine_number(from, number); !scanned.ok())
    return scanned;
  write_batch moves;
  for (const auto& entry : damaged) {
    std::string key(format::quarantine_prefix);
    append_big_endian(key, ++number);
    moves.put(key + entry.key, entry.value);
    moves.erase(entry.key);
  }
  if (auto moved = from.commit(std::move(moves), true); !moved.ok())
    return moved;
  report.quarantined += damaged.size();
  const auto named = std::min(damaged.size(), warnings_by_name);
  for (std::size_t i = 0; i < named; ++i)
    report.warnings.push_back(describe_key(damaged[i].key) + " is damaged (" + damaged[i].what
                              + ") and was set aside in quarantine");
  if (damaged.size() > named)
    report.warnings.push_back(std::to_string(damaged.size() - named)
                              + " more damaged records were set aside in quarantine");
  return {};
}

} // namespace

status recover(store& from, const record_callback& on_record, open_report& report) {
  reader pass(on_record, report);
  if (auto scanned = from.scan("", std::ref(pass)); !scanned.ok())
    return scanned;
  if (!pass.refused.ok())
    return std::move(pass.refused);
  return pass.damaged.empty() ? status{} : quarantine(from, pass.damaged, report);
}

} // namespace evenkeel::persistence
