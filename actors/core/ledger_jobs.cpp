#include "actors/core/ledger_jobs.hpp"

#include "messages/job.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace evenkeel::core {

namespace {

std::uint32_t saturated(std::size_t n) {
  constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::min(n, most));
}

} // namespace

std::uint32_t name_table::number_of(const std::string& name) {
  const auto next = static_cast<std::uint32_t>(names_.size());
  const auto [found, added] = numbers_.emplace(name, next);
  if (added)
    names_.push_back(name);
  return found->second;
}

open_entry::open_entry(const record::open_job& from, std::uint32_t owner_number)
    : sequence(from.sequence), submitted_ms(from.submitted_ms), spec(from.spec),
      owner(owner_number) {
  open_details rest{from.last_lost,
                    {from.granted, from.granted_executor, from.granted_process},
                    from.attempts,
                    from.deaths,
                    from.key};
  if (rest != open_details{})
    details_ = std::make_unique<open_details>(std::move(rest));
}

const open_details& open_entry::details() const {
  static const open_details none;
  return details_ ? *details_ : none;
}

open_details& open_entry::change_details() {
  if (!details_)
    details_ = std::make_unique<open_details>();
  return *details_;
}

record::open_job ledger_jobs::record_of(const open_entry& entry) const {
  const auto& rest = entry.details();
  return {entry.sequence,      entry.submitted_ms, rest.attempts,          rest.deaths,
          rest.last_lost,      rest.grant.granted, rest.grant.executor,    rest.grant.process,
          entry.spec.unpack(), rest.key,           owner_name(entry.owner)};
}

void ledger_jobs::recover(const record::value& content) {
  const auto known = [this](std::uint64_t sequence) {
    next_sequence_ = std::max(next_sequence_, sequence + 1);
    time_order_known_ = false;
  };
  if (const auto* issued = std::get_if<record::issued>(&content)) {
    next_sequence_ = std::max(next_sequence_, issued->next_sequence);
  } else if (const auto* open = std::get_if<record::open_job>(&content)) {
    known(open->sequence);
    open_bytes_ += size_of(open->spec);
    newest_submitted_ms_ = std::max(newest_submitted_ms_, open->submitted_ms);
    open_.emplace_hint(open_.end(), open->sequence,
                       open_entry{*open, owners_.number_of(open->owner)});
    count_open(open->owner, 1);
    if (!open->key.empty())
      claim({open->owner, open->key}, open->sequence);
  } else if (const auto* finished = std::get_if<record::finished_job>(&content)) {
    known(finished->sequence);
    newest_submitted_ms_ = std::max(newest_submitted_ms_, finished->submitted_ms);
    index(finished->sequence, *finished);
  }
}

std::uint64_t ledger_jobs::next(std::int64_t submitted_ms) {
  if (submitted_ms < newest_submitted_ms_)
    time_order_ = false;
  newest_submitted_ms_ = std::max(newest_submitted_ms_, submitted_ms);
  return next_sequence_++;
}

open_entry& ledger_jobs::issue(const job_spec& spec, const job_label& label,
                               std::int64_t submitted_ms) {
  const auto sequence = next(submitted_ms);
  open_bytes_ += size_of(spec);
  auto& entry = open_.emplace_hint(open_.end(), sequence, open_entry{})->second;
  entry.sequence = sequence;
  entry.submitted_ms = submitted_ms;
  entry.spec = packed_spec{spec};
  entry.owner = owners_.number_of(label.owner);
  if (!label.key.empty())
    entry.change_details().key = label.key;
  count_open(label.owner, 1);
  if (!label.key.empty())
    claim(label, sequence);
  return entry;
}

record::finished_job ledger_jobs::issue_ended(const job_spec& spec, const std::string& owner,
                                              std::int64_t submitted_ms, std::int64_t now_ms,
                                              job_result result) {
  submitted_ms = std::max(submitted_ms, std::min(newest_submitted_ms_, now_ms));
  const auto sequence = next(submitted_ms);
  record::finished_job finished{sequence,
                                submitted_ms,
                                spec.kind,
                                spec.once,
                                spec.sleep_ms,
                                spec.text.substr(0, view_text_bytes),
                                std::move(result),
                                {},
                                owner};
  index(sequence, finished);
  return finished;
}

record::finished_job ledger_jobs::finish(std::uint64_t sequence, job_result result) {
  auto node = open_.extract(sequence);
  const auto& job = node.mapped();
  const auto& owner = owner_name(job.owner);
  open_bytes_ -= job.spec.size();
  count_open(owner, -1);
  record::finished_job finished{sequence,
                                job.submitted_ms,
                                job.spec.kind(),
                                job.spec.once(),
                                job.spec.sleep_ms(),
                                std::string(job.spec.text().substr(0, view_text_bytes)),
                                std::move(result),
                                job.key(),
                                owner};
  index(sequence, finished);
  return finished;
}

bool ledger_jobs::forget(std::uint64_t sequence) {
  const auto found = finished_.find(sequence);
  if (found == finished_.end())
    return false;
  if (const auto* label = found->second.label)
    keys_.erase(keys_.find(*label));
  finished_.erase(found);
  return true;
}

/// The key is this job's from now on. Two jobs have one key only after a power cut that undid the
/// lazily written end of a forgotten job: then it is the younger one's.
ledger_jobs::key_map::iterator ledger_jobs::claim(const job_label& label, std::uint64_t sequence) {
  const auto [place, added] = keys_.emplace(label, sequence);
  if (added || place->second == sequence)
    return place;
  const auto loser = std::min(place->second, sequence);
  place->second = std::max(place->second, sequence);
  if (const auto finished = finished_.find(loser); finished != finished_.end())
    finished->second.label = nullptr;
  return place;
}

void ledger_jobs::index(std::uint64_t sequence, const record::finished_job& job) {
  const auto& result = job.result;
  finished_entry entry;
  entry.submitted_ms = job.submitted_ms;
  entry.started_ms = result.started_ms;
  entry.ended_ms = result.ended_ms;
  entry.out_bytes = saturated(result.out.size());
  entry.err_bytes = saturated(result.err.size());
  entry.attempt = result.attempt;
  entry.sleep_ms = job.sleep_ms;
  entry.node = nodes_.number_of(result.node);
  entry.owner = owners_.number_of(job.owner);
  entry.exit_code = result.exit_code;
  entry.signal = result.signal;
  entry.state = state_of(result.how);
  entry.kind = job.kind;
  entry.once = job.once;
  entry.out_truncated = result.out_truncated;
  entry.err_truncated = result.err_truncated;
  entry.reason_cut = result.reason.size() > index_reason_bytes;
  if (!result.reason.empty())
    entry.reason = std::make_unique<std::string>(result.reason.substr(0, index_reason_bytes));
  entry.text = job.text.substr(0, view_text_bytes);
  auto& indexed = finished_.insert_or_assign(finished_.end(), sequence, std::move(entry))->second;
  if (job.key.empty())
    return;
  const auto place = claim({job.owner, job.key}, sequence);
  if (place->second == sequence)
    indexed.label = &place->first;
}

std::uint64_t ledger_jobs::find_key(const job_label& label) const {
  const auto found = keys_.find(label);
  return found == keys_.end() ? 0 : found->second;
}

void ledger_jobs::count_open(const std::string& owner, int change) {
  if (owner.empty())
    return;
  auto& count = open_of_[owner];
  count += static_cast<std::uint64_t>(change);
  if (count == 0)
    open_of_.erase(owner);
}

std::uint64_t ledger_jobs::open_of(const std::string& owner) const {
  const auto found = open_of_.find(owner);
  return found == open_of_.end() ? 0 : found->second;
}

const std::string* ledger_jobs::owner_of(std::uint64_t sequence) const {
  if (const auto* open = find_open(sequence))
    return &owner_name(open->owner);
  const auto* finished = find_finished(sequence);
  return finished == nullptr ? nullptr : &owner_name(finished->owner);
}

open_entry* ledger_jobs::find_open(std::uint64_t sequence) {
  const auto found = open_.find(sequence);
  return found == open_.end() ? nullptr : &found->second;
}

const open_entry* ledger_jobs::find_open(std::uint64_t sequence) const {
  const auto found = open_.find(sequence);
  return found == open_.end() ? nullptr : &found->second;
}

const finished_entry* ledger_jobs::find_finished(std::uint64_t sequence) const {
  const auto found = finished_.find(sequence);
  return found == finished_.end() ? nullptr : &found->second;
}

bool ledger_jobs::in_time_order() {
  if (!time_order_known_) {
    time_order_ = scan_time_order();
    time_order_known_ = true;
  }
  return time_order_;
}

bool ledger_jobs::scan_time_order() const {
  auto open = open_.begin();
  auto finished = finished_.begin();
  auto last = std::numeric_limits<std::int64_t>::min();
  while (open != open_.end() || finished != finished_.end()) {
    const bool take_open =
        finished == finished_.end() || (open != open_.end() && open->first < finished->first);
    const auto submitted =
        take_open ? (open++)->second.submitted_ms : (finished++)->second.submitted_ms;
    if (submitted < last)
      return false;
    last = submitted;
  }
  return true;
}

std::string ledger_jobs::check() const {
  std::uint64_t bytes = 0;
  std::map<std::string, std::uint64_t> owned;
  for (const auto& [sequence, entry] : open_) {
    bytes += entry.spec.size();
    if (const auto& owner = owner_name(entry.owner); !owner.empty())
      ++owned[owner];
    if (entry.sequence != sequence || sequence == 0 || sequence >= next_sequence_)
      return "an open job is under a wrong sequence";
    if (finished_.contains(sequence))
      return "job " + std::to_string(sequence) + " is open and finished";
  }
  if (bytes != open_bytes_)
    return "open bytes are miscounted";
  if (owned != open_of_)
    return "an owner's open jobs are miscounted";
  for (const auto& [sequence, entry] : finished_)
    if (sequence == 0 || sequence >= next_sequence_ || !evenkeel::finished(entry.state)
        || entry.node >= nodes_.size() || entry.owner >= owners_.size())
      return "a finished job is indexed wrongly";
  return check_keys();
}

std::string ledger_jobs::check_keys() const {
  for (const auto& [label, sequence] : keys_) {
    const auto* open = find_open(sequence);
    const auto* finished = find_finished(sequence);
    const bool it_has = open != nullptr ? job_label{owner_name(open->owner), open->key()} == label
                                        : finished != nullptr && finished->label == &label
                                              && owner_name(finished->owner) == label.owner;
    if (!it_has)
      return "a key leads to a job without it";
  }
  for (const auto& [sequence, entry] : open_)
    if (!entry.key().empty() && find_key({owner_name(entry.owner), entry.key()}) < sequence)
      return "a job's key leads nowhere";
  for (const auto& [sequence, entry] : finished_)
    if (entry.label != nullptr && find_key(*entry.label) != sequence)
      return "a finished job's key leads elsewhere";
  return {};
}

} // namespace evenkeel::core
