#include "persistence/quarantine.hpp"

#include "persistence/format.hpp"
#include "persistence/keys.hpp"

#include <map>
#include <utility>

namespace evenkeel::persistence {

namespace {

constexpr std::size_t number_bytes = sizeof(std::uint64_t);

std::string numbered(std::string_view prefix, std::uint64_t number) {
  std::string key(prefix);
  append_big_endian(key, number);
  return key;
}

status last_number(store& where, std::uint64_t& number) {
  return visit_quarantine(where, [&](const quarantined_entry& entry) { number = entry.number; });
}

} // namespace

status quarantine(store& where, const std::vector<damaged_entry>& damaged, std::int64_t wall_ms) {
  std::uint64_t number = 0;
  if (auto scanned = last_number(where, number); !scanned.ok())
    return scanned;
  write_batch moves;
  std::string since;
  append_big_endian(since, static_cast<std::uint64_t>(wall_ms));
  for (const auto& entry : damaged) {
    ++number;
    moves.put(numbered(format::quarantine_prefix, number) + entry.key, entry.value);
    if (wall_ms != 0)
      moves.put(numbered(format::quarantined_at_prefix, number), since);
    moves.erase(entry.key);
  }
  return where.commit(std::move(moves), true);
}

status visit_quarantine(store& where, const std::function<void(const quarantined_entry&)>& visit) {
  std::map<std::uint64_t, std::int64_t> times;
  auto scanned = where.scan(format::quarantined_at_prefix, [&](auto key, auto value) {
    key.remove_prefix(format::quarantined_at_prefix.size());
    if (key.size() == number_bytes && value.size() == number_bytes)
      times[read_big_endian(key)] = static_cast<std::int64_t>(read_big_endian(value));
    return true;
  });
  if (!scanned.ok())
    return scanned;
  return where.scan(format::quarantine_prefix, [&](auto key, auto value) {
    key.remove_prefix(format::quarantine_prefix.size());
    if (key.size() < number_bytes)
      return true;
    const auto number = read_big_endian(key);
    const auto time = times.find(number);
    key.remove_prefix(number_bytes);
    visit({number, time == times.end() ? 0 : time->second, key, value});
    return true;
  });
}

status drop_quarantine(store& where, std::uint64_t& count) {
  count = 0;
  write_batch erased;
  for (const auto prefix : {format::quarantine_prefix, format::quarantined_at_prefix}) {
    auto scanned = where.scan(prefix, [&](auto key, auto) {
      erased.erase(key);
      count += prefix == format::quarantine_prefix ? 1 : 0;
      return true;
    });
    if (!scanned.ok())
      return scanned;
  }
  return erased.empty() ? status{} : where.commit(std::move(erased), true);
}

} // namespace evenkeel::persistence
