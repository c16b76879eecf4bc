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

status store::refusal() const {
  return {store_error::stopped, "stopped after an earlier failure: " + failed_.text};
}

status store::write(const write_batch& batch, bool sync_follows) {
  auto result = do_commit(batch, sync_follows);
  if (!result.ok())
    failed_ = result;
  return result;
}

status store::commit(write_batch batch, bool sync) {
  if (!failed_.ok())
    return refusal();
  if (!sync)
    return batch.empty() ? status{} : write(batch, false);
  auto begun = begin_sync(std::move(batch));
  return begun.ok() ? end_sync(do_sync()) : begun;
}

status store::begin_sync(write_batch batch) {
  if (!failed_.ok())
    return refusal();
  numbers_.stamp(batch);
  return write(batch, true);
}

status store::end_sync(status how) {
  if (!how.ok())
    failed_ = how;
  else
    note(numbers_.last());
  return how;
}

get_result store::get(std::string_view key) {
  if (!failed_.ok())
    return {refusal(), {}};
  return do_get(key);
}

status store::scan(std::string_view prefix, const scan_callback& on_entry) {
  return failed_.ok() ? do_scan(prefix, on_entry) : refusal();
}

status store::start(const std::string& name, const store_options& options, open_report& report) {
  if (auto checked = check_format(name, options, report); !checked.ok())
    return checked;
  if (auto checked = check_numbers(name, options, report); !checked.ok())
    return checked;
  if (has_format_) {
    note(numbers_.last());
    return {};
  }
  write_batch first;
  first.put(format::data_format_key, data_format_entry());
  return commit(std::move(first), true);
}

status store::damage(const std::string& name, const std::string& what) const {
  return {store_error::damaged, name + ": " + what};
}

status store::check_format(const std::string& name, const store_options& options,
                           open_report& report) {
  const auto entry = get(format::data_format_key);
  if (!entry.state.ok())
    return entry.state;
  const auto version = entry.value ? read_data_format(*entry.value) : std::nullopt;
  if (!version)
    return without_format(name, options, report);
  if (*version > format::data_format_version)
    return {store_error::newer_format, name + " has data format version " + std::to_string(*version)
                                           + "; this evenkeel knows versions up to "
                                           + std::to_string(format::data_format_version)
                                           + ": use the newer one"};
  return {};
}

/// A new store, one of somebody else, or ours without its first entry: then there are numbers.
status store::without_format(const std::string& name, const store_options& options,
                             open_report& report) {
  has_format_ = false;
  report.created = true;
  auto scanned = scan("", [&](auto, auto) { return report.created = false; });
  if (!scanned.ok() || report.created)
    return scanned;
  bool ours = false;
  scanned = scan(format::number_prefix, [&](auto key, auto value) {
    ours = batch_numbers::is_number(key, value);
    return !ours;
  });
  if (!scanned.ok())
    return scanned;
  if (!ours)
    return {store_error::foreign, name + " holds a database that is not Evenkeel's"};
  if (!options.skip_damaged_log)
    return damage(name, "its first entry, the version of its format, is lost or damaged");
  report.warnings.push_back("the entry with the format of " + name + " was lost: written again");
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
  std::string lost;
  if (!report.created && numbers_.last() == 0)
    lost =
        "no synced batch has left its number: most of its log was lost, and acknowledged changes "
        "with it";
  report.last_batch = numbers_.last();
  report.missing_batches = numbers_.finish(options.kept_numbers, noted(), clean_up);
  if (!report.missing_batches.empty())
    lost = missing_text(report.missing_batches);
  if (!lost.empty() && !options.skip_damaged_log) // numbers of tickets may be among them
    return damage(name, lost);
  if (!lost.empty())
    report.warnings.push_back(name + ": " + lost);
  return clean_up.empty() ? status{} : commit(std::move(clean_up), true);
}

} // namespace evenkeel::persistence
