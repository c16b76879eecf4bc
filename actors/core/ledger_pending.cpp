#include "actors/core/ledger_pending.hpp"

#include <iterator>

namespace evenkeel::core {

namespace {

constexpr auto highest = std::numeric_limits<std::uint64_t>::max();

} // namespace

ledger_pending::id ledger_pending::add(pending_request request) {
  const auto which = ++last_id_;
  owners_.emplace(request.who, which);
  if (request.deadline_us != no_deadline)
    deadlines_.emplace(request.deadline_us, which);
  requests_.emplace_hint(requests_.end(), which, std::move(request));
  return which;
}

pending_request ledger_pending::take(id which) {
  auto node = requests_.extract(which);
  drop_from_indexes(which, node.mapped());
  return std::move(node.mapped());
}

void ledger_pending::drop_from_indexes(id which, const pending_request& request) {
  owners_.erase({request.who, which});
  if (request.deadline_us != no_deadline)
    deadlines_.erase({request.deadline_us, which});
  locations_.erase(which);
  ends_.erase({request.sequence, which});
  records_.erase({request.sequence, which});
  if (request.remaining == 0)
    return;
  if (request.request)
    for (const auto sequence : request.request->own_sequences)
      ends_.erase({sequence, which});
  if (request.partial)
    for (const auto& job : request.partial->jobs)
      records_.erase({job.name.sequence, which});
}

void ledger_pending::await_end(id which, std::uint64_t sequence) {
  if (ends_.emplace(sequence, which).second)
    ++requests_.at(which).remaining;
}

void ledger_pending::await_ends(id which, const std::vector<std::uint64_t>& sequences) {
  const auto before = ends_.size();
  auto next = ends_.end();
  for (const auto sequence : sequences)
    next = std::next(ends_.emplace_hint(next, sequence, which));
  requests_.at(which).remaining += ends_.size() - before;
}

void ledger_pending::await_record(id which, std::uint64_t sequence) {
  if (records_.emplace(sequence, which).second)
    ++requests_.at(which).remaining;
}

void ledger_pending::await_location(id which) {
  locations_.insert(which);
}

std::vector<ledger_pending::id> ledger_pending::on_end(std::uint64_t sequence) {
  auto result = extract(ends_, sequence);
  for (const auto which : result)
    --requests_.at(which).remaining;
  return result;
}

std::vector<ledger_pending::id> ledger_pending::on_record(std::uint64_t sequence) {
  auto result = extract(records_, sequence);
  for (const auto which : result)
    --requests_.at(which).remaining;
  return result;
}

std::vector<ledger_pending::id> ledger_pending::extract(index& from, std::uint64_t sequence) {
  std::vector<id> result;
  auto place = from.lower_bound({sequence, 0});
  while (place != from.end() && place->first == sequence) {
    result.push_back(place->second);
    place = from.erase(place);
  }
  return result;
}

std::vector<ledger_pending::id> ledger_pending::awaiting_location() const {
  return {locations_.begin(), locations_.end()};
}

std::vector<ledger_pending::id> ledger_pending::own_waits() const {
  std::set<id> waits;
  for (const auto& [sequence, which] : ends_)
    if (!requests_.at(which).who.remote)
      waits.insert(which);
  return {waits.begin(), waits.end()};
}

std::vector<ledger_pending::id> ledger_pending::due(std::int64_t now_us) const {
  std::vector<id> result;
  for (const auto& [deadline, which] : deadlines_) {
    if (deadline > now_us)
      break;
    result.push_back(which);
  }
  return result;
}

std::vector<ledger_pending::id> ledger_pending::owned_between(const requester& first,
                                                              const requester& last) const {
  std::vector<id> result;
  const auto end = owners_.upper_bound({last, highest});
  for (auto place = owners_.lower_bound({first, 0}); place != end; ++place)
    result.push_back(place->second);
  return result;
}

std::vector<ledger_pending::id> ledger_pending::of(const requester& who) const {
  return owned_between(who, who);
}

std::vector<ledger_pending::id> ledger_pending::of_session(std::uint64_t session) const {
  return owned_between({false, session, 0}, {false, session, highest});
}

std::vector<ledger_pending::id> ledger_pending::of_remotes() const {
  return owned_between({true, 0, 0}, {true, highest, highest});
}

std::string ledger_pending::check() const {
  if (owners_.size() != requests_.size())
    return "a pending request has no owner";
  std::uint64_t remaining = 0;
  std::uint64_t timed = 0;
  for (const auto& [which, request] : requests_) {
    remaining += request.remaining;
    timed += request.deadline_us != no_deadline ? 1U : 0U;
    if ((request.remaining != 0) == locations_.contains(which))
      return "a pending request waits for nothing, or for two things";
  }
  if (remaining != ends_.size() + records_.size())
    return "awaited ends or records are miscounted";
  if (timed != deadlines_.size())
    return "deadlines are miscounted";
  return {};
}

} // namespace evenkeel::core
