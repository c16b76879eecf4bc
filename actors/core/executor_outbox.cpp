#include "actors/core/executor_outbox.hpp"

#include "messages/wire_size.hpp"

#include <algorithm>
#include <utility>

namespace evenkeel::core {

namespace {

std::uint64_t output_bytes(const attempt_entry& entry) {
  return entry.held.result.out.size() + entry.held.result.err.size();
}

held_job named(const attempt_entry& entry) {
  held_job result{entry.held.what, entry.held.attempt, held_state::queued, false};
  switch (entry.state) {
  case attempt_state::queued:
    break;
  case attempt_state::running:
  case attempt_state::stopping:
    result.state = held_state::running;
    break;
  case attempt_state::finished:
    result.state = held_state::finished;
    break;
  case attempt_state::interrupted:
    result.state = held_state::interrupted;
    result.unasked = entry.held.started && !entry.held.asked;
    break;
  }
  return result;
}

} // namespace

// -- credit
// -----------------------------------------------------------------------------------------

void result_credit::open(const cluster_settings& settings) {
  *this = {};
  window_ = settings.result_window;
  window_bytes_ = settings.result_window_bytes;
}

bool result_credit::allows(std::uint64_t bytes) const {
  return outstanding() == 0
         || (outstanding() < window_ && outstanding_bytes() + bytes <= window_bytes_);
}

void result_credit::spend(std::uint64_t bytes) {
  ++sent_.results;
  sent_.bytes += bytes;
}

void result_credit::refund(std::uint64_t bytes) {
  --sent_.results;
  sent_.bytes -= bytes;
  on_taken({}); // keeps `taken_` within `sent_`, should the proxy have claimed too much
}

void result_credit::on_taken(const result_taken& totals) {
  taken_.results = std::min(std::max(taken_.results, totals.results), sent_.results);
  taken_.bytes = std::min(std::max(taken_.bytes, totals.bytes), sent_.bytes);
}

// -- the link
// ---------------------------------------------------------------------------------------

executor_outbox::executor_outbox(executor_table& table, std::uint64_t memory_limit)
    : table_{table}, memory_limit_{memory_limit} {}

void executor_outbox::open(std::uint64_t link, const cluster_settings& settings) {
  close();
  link_ = link;
  only_when_asked_ = settings.result_period_ms > 0;
  credit_.open(settings);
  for (auto& [what, entry] : table_.all())
    if (entry.state == attempt_state::finished)
      send(entry); // with a REQUEST_RESULT_PERIOD too: nobody may be left who would ask for it
}

void executor_outbox::close() {
  link_.reset();
  waiting_.clear();
  collected_.clear();
  releases_.clear();
  for (auto& [what, entry] : table_.all())
    entry.travel = travel_state::resting;
}

void executor_outbox::emit_inventory(executor_effects& fx) const {
  std::vector<held_job> held;
  held.reserve(table_.all().size());
  for (const auto& [what, entry] : table_.all())
    held.push_back(named(entry));
  auto chunks = cut(std::move(held));
  if (chunks.empty())
    chunks.emplace_back();
  for (auto& chunk : chunks) {
    inventory message;
    message.executor_end = &chunk == &chunks.back();
    message.held = std::move(chunk);
    fx.emit(to_proxy{*link_, std::move(message)});
  }
}

// -- results
// ----------------------------------------------------------------------------------------

void executor_outbox::on_finished(attempt_entry& entry, executor_effects& fx) {
  entry.result_bytes = size_of(entry.held.result);
  memory_ += output_bytes(entry);
  offer(entry);
  pump(fx);
  if (memory_ > memory_limit_ && entry.travel != travel_state::collected)
    spill(entry);
}

void executor_outbox::on_erase(attempt_entry& entry) {
  if (entry.state != attempt_state::finished)
    return;
  memory_ -= output_bytes(entry);
  if (entry.travel == travel_state::waiting)
    waiting_.erase(place_of(entry));
  else if (entry.travel != travel_state::resting)
    credit_.refund(entry.result_bytes);
}

void executor_outbox::offer(attempt_entry& entry) {
  if (!only_when_asked_)
    send(entry);
}

void executor_outbox::send(attempt_entry& entry) {
  if (!link_ || entry.travel != travel_state::resting)
    return;
  entry.travel = travel_state::waiting;
  waiting_.insert(place_of(entry));
}

void executor_outbox::pump(executor_effects& fx) {
  while (!waiting_.empty()) {
    auto& entry = *table_.find(waiting_.begin()->what);
    if (!credit_.allows(entry.result_bytes))
      return;
    credit_.spend(entry.result_bytes);
    waiting_.erase(waiting_.begin());
    if (entry.spilled) {
      entry.travel = travel_state::loading;
      fx.emit(load_record{record_key(entry.held.what)});
    } else {
      entry.travel = travel_state::collected;
      collected_.push_back(entry.held.what);
    }
  }
}

bool executor_outbox::on_loaded(attempt_entry& entry, const record::value* content) {
  if (entry.travel != travel_state::loading)
    return true; // asked for on an earlier link
  const auto* held = content == nullptr ? nullptr : std::get_if<record::held_attempt>(content);
  if (held == nullptr || !held->finished || size_of(held->result) != entry.result_bytes)
    return false;
  entry.held.result = held->result;
  entry.spilled = false;
  memory_ += output_bytes(entry);
  entry.travel = travel_state::collected;
  collected_.push_back(entry.held.what);
  return true;
}

void executor_outbox::spill(attempt_entry& entry) {
  if (output_bytes(entry) == 0)
    return;
  memory_ -= output_bytes(entry);
  entry.held.result.out = {};
  entry.held.result.err = {};
  entry.spilled = true;
}

job_result executor_outbox::copy_for_sending(attempt_entry& entry) {
  entry.travel = travel_state::resting;
  auto result = entry.held.result;
  if (memory_ > memory_limit_)
    spill(entry);
  return result;
}

// -- flush
// ------------------------------------------------------------------------------------------

void executor_outbox::release(const attempt_ref& what, release_reason reason, std::string text) {
  if (link_)
    releases_.push_back({what, reason, std::move(text)});
}

void executor_outbox::flush(executor_effects& fx) {
  flush_results(fx);
  flush_releases(fx);
}

void executor_outbox::flush_results(executor_effects& fx) {
  std::vector<travelling_result> results;
  for (const auto& what : std::exchange(collected_, {})) {
    auto* entry = table_.find(what);
    if (entry != nullptr && entry->travel == travel_state::collected)
      results.push_back({what.job, copy_for_sending(*entry)});
  }
  for (auto& chunk : cut(std::move(results)))
    fx.emit(to_proxy{*link_, result_batch{0, std::move(chunk)}});
}

void executor_outbox::flush_releases(executor_effects& fx) {
  for (auto& chunk : cut(std::exchange(releases_, {})))
    fx.emit(to_proxy{*link_, release_batch{std::move(chunk)}});
}

std::string executor_outbox::check() const {
  std::set<line_place> waiting;
  std::uint64_t memory = 0;
  std::uint64_t leaving = 0;
  for (const auto& [what, entry] : table_.all()) {
    if (entry.travel == travel_state::waiting)
      waiting.insert(place_of(entry));
    if (entry.state == attempt_state::finished)
      memory += output_bytes(entry);
    if (entry.travel == travel_state::loading || entry.travel == travel_state::collected)
      ++leaving;
    if (entry.travel == travel_state::collected
        && std::find(collected_.begin(), collected_.end(), what) == collected_.end())
      return "a result that should leave is not collected";
    if (entry.spilled && output_bytes(entry) != 0)
      return "a result is on disk only and in memory";
  }
  if (waiting != waiting_)
    return "the line of results is not what waits";
  if (memory != memory_)
    return "the count of output bytes is wrong";
  if (leaving > credit_.outstanding())
    return "a result leaves without credit";
  if (!link_ && (leaving != 0 || !waiting_.empty() || !collected_.empty() || !releases_.empty()))
    return "something is being sent without a link";
  if (link_ && !waiting_.empty() && credit_.outstanding() == 0)
    return "a result waits although none is on its way";
  return {};
}

} // namespace evenkeel::core
