#include "persistence/inspection.hpp"

#include "persistence/access_check.hpp"
#include "persistence/captured_log.hpp"
#include "persistence/format.hpp"
#include "persistence/keys.hpp"
#include "persistence/leveldb_store.hpp"
#include "persistence/log_files.hpp"
#include "persistence/log_salvage.hpp"
#include "persistence/overlay_env.hpp"
#include "persistence/payload.hpp"
#include "persistence/quarantine.hpp"
#include "persistence/rebuild.hpp"
#include "persistence/record_reader.hpp"
#include "persistence/synced_mark.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

namespace evenkeel::persistence {

namespace {

constexpr std::size_t named_at_most = 1000;

void count_in(const record::value& content, inspection& found) {
  const auto* layout = format::find_layout(static_cast<std::uint8_t>(shape_of(content)));
  ++found.counts[std::string(layout->name)];
  ++found.records;
  if (const auto* node = std::get_if<record::identity>(&content))
    found.node = *node;
  else if (const auto* proxy = std::get_if<record::proxy_identity>(&content))
    found.proxy = *proxy;
  else if (const auto* issued = std::get_if<record::issued>(&content))
    found.next_sequence = std::max(found.next_sequence, issued->next_sequence);
  else if (const auto key = record::key_of(content); key.type == record::kind::ledger_job)
    found.next_sequence = std::max(found.next_sequence, key.job.sequence + 1);
}

/// What opening cuts off is no damage.
void show_as_cut_off(const open_report& opened, std::vector<bad_stretch>& stretches) {
  const auto from = opened.cut_log_bytes;
  auto end = from;
  std::erase_if(stretches, [&](const auto& one) {
    const auto its_end = one.where.offset + one.where.bytes;
    if (one.file != opened.cut_log || its_end <= from)
      return false;
    end = std::max(end, its_end);
    return true;
  });
  stretches.push_back({opened.cut_log, {log_stretch::nature::cut_off, from, end - from}});
}

/// The database in memory, as far as it is on disk.
class examination {
public:
  examination(std::string directory, inspection& found)
      : directory_(std::move(directory)), found_(found) {}

  void operator()() {
    const auto strict = read({});
    if (strict.ok() || strict.code != store_error::damaged) {
      found_.state = strict;
      return;
    }
    found_.problems.push_back(strict.text);
    const auto mark = read_mark(directory_).problem;
    if (strict.text.find(mark) == std::string::npos)
      found_.problems.push_back(mark);
    raise(remedy::skip_log);
    if (read_salvaged(false).ok())
      return;
    raise(remedy::rebuild);
    const auto rest = read_salvaged(true);
    if (rest.ok())
      return;
    raise(remedy::beyond);
    found_.problems.push_back("a repair would not help: " + rest.text);
  }

private:
  void raise(remedy to) { found_.needed = std::max(found_.needed, to); }

  status read(const store_options& options) {
    overlay_env files(leveldb::Env::Default());
    return read(options, files);
  }

  /// As a repair would leave it.
  status read_salvaged(bool rebuilt) {
    overlay_env files(leveldb::Env::Default());
    std::uint64_t damaged = 0;
    if (auto salvaged = salvage_logs(directory_, files, damaged); !salvaged.ok())
      return salvaged;
    if (auto done = rebuilt ? rebuild(directory_, files, damaged) : status{}; !done.ok())
      return done;
    store_options lenient;
    lenient.skip_damaged_log = true;
    return read(lenient, files);
  }

  status read(const store_options& options, overlay_env& files) {
    captured_log log;
    inspection fresh;
    const auto opened = open_leveldb_store(directory_, options, in_memory(files, log));
    if (!opened.state.ok())
      return opened.state;
    fresh.missing_batches = opened.report.missing_batches;
    if (auto scanned = scan(*opened.opened, fresh); !scanned.ok())
      return scanned;
    fresh.needed = std::max(fresh.needed, found_.needed);
    fresh.problems = std::move(found_.problems);
    fresh.log_stretches = std::move(found_.log_stretches);
    if (!opened.report.cut_log.empty())
      show_as_cut_off(opened.report, fresh.log_stretches);
    found_ = std::move(fresh);
    return {};
  }

  static status scan(store& from, inspection& found) {
    record_reader read_record;
    status refused;
    auto scanned = from.scan("", [&](auto key, auto value) {
      found.bytes += key.size() + value.size();
      if (!format::is_record_key(key))
        return true;
      const auto content = read_record(key, value);
      if (const auto* intact = std::get_if<record::value>(&content)) {
        count_in(*intact, found);
        return true;
      }
      const auto& failure = std::get<decode_failure>(content);
      if (failure.code != decode_error::damaged) {
        refused = {store_error::newer_format,
                   "under " + describe_key(key) + " there is " + failure.text};
        return false;
      }
      ++found.damaged_count;
      found.needed = std::max(found.needed, is_essential(key) ? remedy::beyond : remedy::set_aside);
      if (found.damaged.size() < named_at_most)
        found.damaged.push_back({describe_key(key), failure.text, 0, value.size()});
      return true;
    });
    if (!scanned.ok() || !refused.ok())
      return scanned.ok() ? refused : scanned;
    return visit_quarantine(from, [&](const quarantined_entry& entry) {
      ++found.quarantined_count;
      if (found.quarantined.size() >= named_at_most)
        return;
      const auto content = read_record(entry.key, entry.value);
      const auto* failure = std::get_if<decode_failure>(&content);
      found.quarantined.push_back({describe_key(entry.key),
                                   failure != nullptr ? failure->text : "intact by now",
                                   entry.since_ms, entry.value.size()});
    });
  }

  std::string directory_;
  inspection& found_;
};

status check_directory(const std::string& directory) {
  std::error_code error;
  const auto what = std::filesystem::status(directory, error).type();
  if (what == std::filesystem::file_type::not_found)
    return {store_error::unusable, "there is no data directory " + directory};
  if (what != std::filesystem::file_type::none && what != std::filesystem::file_type::directory)
    return {store_error::unusable, directory + " is not a directory"};
  return check_access(directory);
}

/// Numbers of what was lost can go on above those of its owner only.
void look_for_an_owner(inspection& found) {
  const bool jobs = found.holds_jobs_of_a_ledger();
  const bool lossy = found.needed >= remedy::skip_log && !found.proxy;
  if (found.node || !(jobs || lossy))
    return;
  found.needed = remedy::beyond;
  found.problems.emplace_back(
      jobs ? "there are jobs of a ledger, but its identity is gone: without it no ticket can be "
             "vouched for"
           : "whose directory it is stood in what is damaged or missing: if it is a node's, the "
             "tickets that it has given cannot be vouched for");
}

} // namespace

bool inspection::holds_jobs_of_a_ledger() const {
  return counts.contains("open_job") || counts.contains("finished_job")
         || counts.contains("issued");
}

bool inspection::clean() const {
  return state.ok() && needed == remedy::none && problems.empty() && damaged_count == 0
         && quarantined_count == 0 && missing_batches.empty()
         && std::all_of(log_stretches.begin(), log_stretches.end(),
                        [](const auto& x) { return is_normal(x.where.what); });
}

inspection inspect(const std::string& directory) {
  inspection found;
  found.state = check_directory(directory);
  if (!found.state.ok())
    return found;
  const auto files = database_files(directory);
  if (files.empty()) {
    found.state = {store_error::unusable, "directory " + directory + " holds no database"};
    return found;
  }
  for (const auto& file : files)
    if (is_log(file) || is_manifest(file))
      for (const auto& stretch : scan_log_file(*leveldb::Env::Default(), path_in(directory, file)))
        found.log_stretches.push_back({file, stretch});
  examination(directory, found)();
  if (found.state.ok())
    look_for_an_owner(found);
  return found;
}

} // namespace evenkeel::persistence
