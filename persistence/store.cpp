#include "persistence/store.hpp"

#include "persistence/format.hpp"
#include "persistence/frame.hpp"

#include <cstring>
#include <utility>

namespace evenkeel::persistence {

namespace {

std::string data_format_entry() {
  std::string bytes;
  begin_frame(bytes, format::shape::data_format);
  const auto version = format::data_format_version;
  bytes.append(reinterpret_cast<const char*>(&version), sizeof version);
  end_frame(bytes);
  return bytes;
}

/// Nothing for bytes that are no format entry.
std::optional<std::uint32_t> read_data_format(std::string_view bytes) {
  std::uint32_t version = 0;
  const auto intact = read_frame(bytes);
  if (!intact || intact->shape != static_cast<std::uint8_t>(format::shape::data_format)
      || intact->payload.size() < sizeof version)
    return std::nullopt;
  std::memcpy(&version, intact->payload.data(), sizeof version);
  return version;
}

} // namespace

status store::commit(write_batch batch, bool sync) {
  if (!failed_.ok())
    return {store_error::stopped, "stopped after an earlier failure: " + failed_.text};
  if (batch.empty() && !sync)
    return {};
  if (sync)
    numbers_.stamp(batch);
  auto result = do_commit(batch, sync);
  if (!result.ok())
    failed_ = result;
  return result;
}

get_result store::get(std::string_view key) {
  if (!failed_.ok())
    return {{store_error::stopped, "stopped after an earlier failure: " + failed_.text}, {}};
  return do_get(key);
}

status store::scan(std::string_view prefix, const scan_callback& on_entry) {
  if (!failed_.ok())
    return {store_error::stopped, "stopped after an earlier failure: " + failed_.text};
  return do_scan(prefix, on_entry);
}

status store::start(const std::string& name, const store_options& options, open_report& report) {
  if (auto checked = check_format(name, report); !checked.ok())
    return checked;
  if (auto checked = check_numbers(name, options, report); !checked.ok())
    return checked;
  if (!report.created)
    return {};
  write_batch first;
  first.put(format::data_format_key, data_format_entry());
  return commit(std::move(first), true);
}

status store::check_format(const std::string& name, open_report& report) {
  const auto entry = get(format::data_format_key);
  if (!entry.state.ok())
    return entry.state;
  if (!entry.value) {
    report.created = true;
    auto scanned = scan("", [&](auto, auto) { return report.created = false; });
    if (!scanned.ok() || report.created)
      return scanned;
    return {store_error::foreign, name + " holds a database that is not Evenkeel's"};
  }
  const auto version = read_data_format(*entry.value);
  if (!version)
    return {store_error::damaged, "the format entry of " + name + " is damaged"};
  if (*version > format::data_format_version)
    return {store_error::newer_format, name + " has data format version " + std::to_string(*version)
                                           + "; this evenkeel knows versions up to "
                                           + std::to_string(format::data_format_version)
                                           + ": use the newer one"};
  return {};
}

status store::check_numbers(const std::string& name, const store_options& options,
                            open_report& report) {
  auto scanned = scan(format::number_prefix, [this](auto key, auto value) {
    numbers_.found(key, value);
    return true;
  });
  if (!scanned.ok())
    return scanned;
  write_batch clean_up;
  if (!report.created && numbers_.last() == 0)
    report.warnings.push_back("no synced batch has left its number in " + name
                              + ": most of its log was lost, and acknowledged changes with it");
  report.missing_batches = numbers_.finish(options.kept_numbers, clean_up);
  if (!report.missing_batches.empty())
    report.warnings.push_back("synced batches " + to_text(report.missing_batches)
                              + " are missing in " + name
                              + ": part of its log was lost, and acknowledged changes with it");
  return clean_up.empty() ? status{} : commit(std::move(clean_up), true);
}

} // namespace evenkeel::persistence
