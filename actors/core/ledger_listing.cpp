#include "actors/core/ledger_listing.hpp"

#include "actors/core/ledger_views.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <utility>

namespace evenkeel::core {

namespace {

constexpr auto highest_sequence = std::numeric_limits<std::uint64_t>::max();

constexpr std::uint32_t bit(job_state state) {
  return 1U << static_cast<unsigned>(state);
}
constexpr auto placed_bits = bit(job_state::assigned) | bit(job_state::running);
constexpr auto open_bits = placed_bits | bit(job_state::queued);
constexpr auto ended_bits = bit(job_state::done) | bit(job_state::failed)
                            | bit(job_state::cancelled) | bit(job_state::lost);

std::uint32_t mask_of(const client_request& list) {
  return list.state_mask == 0 ? open_bits | ended_bits : list.state_mask;
}

/// Merges two maps by key and calls `visit(key)` in the order `before` until it returns false.
/// Of the second map only what `keep` accepts, so that a rare state is found quickly.
template <class A, class B, class Before, class Keep, class Visit>
void merge(A a, A a_end, B b, B b_end, Before before, Keep keep, Visit visit) {
  while (true) {
    while (b != b_end && !keep(b->second))
      ++b;
    if (a == a_end && b == b_end)
      return;
    const bool take_a = b == b_end || (a != a_end && before(a->first, b->first));
    const auto key = take_a ? (a++)->first : (b++)->first;
    if (!visit(key))
      return;
  }
}

template <class Map>
auto below(const Map& map, std::uint64_t sequence) {
  return std::make_reverse_iterator(map.lower_bound(sequence));
}

bool visible(const ledger_jobs& jobs, const asker& who, std::uint64_t sequence) {
  if (who.sees_all)
    return true;
  const auto* owner = jobs.owner_of(sequence);
  return owner != nullptr && may_see(who, *owner);
}

/// Chooses the jobs of one LIST page.
class page_builder {
public:
  page_builder(const ledger_jobs& jobs, const std::string& code, const client_request& list,
               const whereabouts_map& where)
      : jobs_{jobs}, code_{code}, who_{list.who}, where_{where}, mask_{mask_of(list)},
        limit_{std::min(list.limit, list_limit)} {
    page_.kind = request_kind::list;
  }

  /// Every job below `sequence` that may pass the filter, newest first, until `visit` has enough.
  template <class Visit>
  void newest_first(std::uint64_t sequence, Visit visit) const {
    const auto& ended = jobs_.finished();
    const auto ended_from = (mask_ & ended_bits) != 0 ? below(ended, sequence) : ended.rend();
    const auto listed = [this](const finished_entry& job) {
      return (mask_ & bit(job.state)) != 0 && may_see(who_, jobs_.owner_name(job.owner));
    };
    const auto merged = [&](auto from, auto end) {
      merge(from, end, ended_from, ended.rend(), std::greater<>{}, listed, visit);
    };
    // What is assigned or running was told by the proxy: no need to walk through a long queue.
    if ((mask_ & open_bits) == 0)
      merged(jobs_.open().rend(), jobs_.open().rend());
    else if ((mask_ & bit(job_state::queued)) == 0)
      merged(below(where_, sequence), where_.rend());
    else
      merged(below(jobs_.open(), sequence), jobs_.open().rend());
  }

  /// Takes the job into the page if it passes the filter; false when the page is complete.
  bool take(std::uint64_t sequence) {
    auto view = filtered_view(sequence);
    if (view.name.sequence == 0)
      return true;
    page_.more = page_.jobs.size() >= limit_;
    if (!page_.more)
      page_.jobs.push_back(std::move(view));
    return !page_.more;
  }

  client_answer finish() && { return std::move(page_); }

private:
  /// An unnamed view: not for this page.
  [[nodiscard]] job_view filtered_view(std::uint64_t sequence) const {
    if (!visible(jobs_, who_, sequence))
      return {};
    if (const auto* ended = jobs_.find_finished(sequence)) {
      if ((mask_ & bit(ended->state)) != 0)
        return view_of(code_, sequence, *ended, jobs_, nullptr);
    } else if (const auto* open = jobs_.find_open(sequence)) {
      const auto known = where_.find(sequence);
      auto view = view_of(code_, *open, known == where_.end() ? nullptr : &known->second);
      if ((mask_ & bit(view.state)) != 0)
        return view;
    }
    return {};
  }

  const ledger_jobs& jobs_;
  const std::string& code_;
  const asker& who_;
  const whereabouts_map& where_;
  std::uint32_t mask_;
  std::uint32_t limit_;
  client_answer page_;
};

std::int64_t submitted_ms(const ledger_jobs& jobs, std::uint64_t sequence) {
  if (const auto* open = jobs.find_open(sequence))
    return open->submitted_ms;
  const auto* ended = jobs.find_finished(sequence);
  return ended != nullptr ? ended->submitted_ms : 0;
}

/// True when the job comes after the request's cursor in the order of a LIST everywhere.
bool after_cursor(const client_request& list, const std::string& code, std::int64_t submitted,
                  std::uint64_t sequence) {
  if (list.after.code.empty() || submitted != list.after_submitted_ms)
    return list.after.code.empty() || submitted < list.after_submitted_ms;
  return code != list.after.code ? code > list.after.code : sequence < list.after.sequence;
}

/// The first job at or above `sequence`; 0: none.
std::uint64_t first_at(const ledger_jobs& jobs, std::uint64_t sequence) {
  const auto open = jobs.open().lower_bound(sequence);
  const auto ended = jobs.finished().lower_bound(sequence);
  if (open == jobs.open().end())
    return ended == jobs.finished().end() ? 0 : ended->first;
  return ended == jobs.finished().end() ? open->first : std::min(open->first, ended->first);
}

/// With sequences in the order of time, the jobs after the cursor are those below this sequence.
std::uint64_t cursor_sequence(const ledger_jobs& jobs, const std::string& code,
                              const client_request& list) {
  std::uint64_t low = 1;
  auto high = jobs.next_sequence();
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const auto found = first_at(jobs, middle);
    if (found != 0 && after_cursor(list, code, submitted_ms(jobs, found), found))
      low = found + 1;
    else
      high = middle;
  }
  return low;
}

/// The clock was set back at some time: order the whole table by time. Slow and rare.
void take_by_time(const ledger_jobs& jobs, const std::string& code, const client_request& list,
                  page_builder& page) {
  std::vector<std::pair<std::int64_t, std::uint64_t>> candidates;
  page.newest_first(highest_sequence, [&](std::uint64_t sequence) {
    const auto submitted = submitted_ms(jobs, sequence);
    if (after_cursor(list, code, submitted, sequence))
      candidates.emplace_back(submitted, sequence);
    return true;
  });
  std::sort(candidates.begin(), candidates.end(), std::greater<>{});
  for (const auto& candidate : candidates)
    if (!page.take(candidate.second))
      return;
}

} // namespace

bool lists_open_jobs(const client_request& list) {
  return (mask_of(list) & open_bits) != 0;
}

client_answer list_page(ledger_jobs& jobs, const std::string& code, const client_request& list,
                        const whereabouts_map& where) {
  page_builder page{jobs, code, list, where};
  const auto take = [&page](std::uint64_t sequence) { return page.take(sequence); };
  if (list.everywhere && !jobs.in_time_order())
    take_by_time(jobs, code, list, page);
  else if (list.after.code.empty())
    page.newest_first(highest_sequence, take);
  else if (list.everywhere)
    page.newest_first(cursor_sequence(jobs, code, list), take);
  else
    page.newest_first(list.after.sequence, take);
  return std::move(page).finish();
}

std::vector<std::uint64_t> oldest_after(const ledger_jobs& jobs, const client_request& request,
                                        bool& more) {
  std::vector<std::uint64_t> page;
  const auto after = request.after.code.empty() ? 0 : request.after.sequence;
  const auto wanted = std::clamp(request.limit, 1U, all_results_limit);
  more = false;
  merge(
      jobs.open().upper_bound(after), jobs.open().end(), jobs.finished().upper_bound(after),
      jobs.finished().end(), std::less<>{}, [](const finished_entry&) { return true; },
      [&](std::uint64_t sequence) {
        if (!visible(jobs, request.who, sequence))
          return true;
        more = page.size() >= wanted;
        if (!more)
          page.push_back(sequence);
        return !more;
      });
  return page;
}

} // namespace evenkeel::core
