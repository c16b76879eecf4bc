#include "apps/check_report.hpp"

#include "messages/time_text.hpp"
#include "persistence/batch_numbers.hpp"

#include <algorithm>

namespace evenkeel::apps {

namespace {

using persistence::inspection;
using persistence::remedy;

constexpr std::size_t named_records = 100;

std::string plural(std::uint64_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

void print_owner(std::ostream& out, const inspection& found) {
  if (found.node) {
    const auto& code = found.node->code;
    out << "node: ledger " << to_text(found.node->ledger) << ", code "
        << (code.empty() ? "not confirmed yet" : code) << ", incarnation "
        << found.node->incarnation_counter << ", highest epoch " << found.node->highest_epoch
        << ", next ticket number " << found.next_sequence << '\n';
  }
  if (found.proxy)
    out << "proxy: epoch " << found.proxy->epoch_counter << '\n';
  if (!found.node && !found.proxy)
    out << (found.problems.empty() ? "neither a node nor a proxy has begun its work here\n"
                                   : "whose directory it is cannot be told\n");
}

void print_counts(std::ostream& out, const inspection& found) {
  out << "records: " << found.records << ", " << found.bytes << " bytes\n";
  for (const auto& [kind, count] : found.counts)
    out << "  " << kind << ": " << count << '\n';
}

void print_records(std::ostream& out, const std::string& what,
                   const std::vector<persistence::bad_record>& records, std::uint64_t count) {
  if (count == 0)
    return;
  out << what << ": " << plural(count, "record") << '\n';
  const auto named = std::min(records.size(), named_records);
  for (std::size_t i = 0; i < named; ++i) {
    const auto& one = records[i];
    out << "  " << one.key << ": " << one.why;
    if (one.since_ms != 0)
      out << ", set aside " << rfc3339_utc(one.since_ms);
    out << '\n';
  }
  if (named < count)
    out << "  and " << count - named << " more\n";
}

void print_logs(std::ostream& out, const inspection& found) {
  for (const auto& [file, where] : found.log_stretches)
    out << (is_normal(where.what) ? "note: " : "log: ") << file << ": "
        << plural(where.bytes, "byte") << " from byte " << where.offset << " on "
        << (where.bytes == 1 ? "is " : "are ") << to_text(where.what)
        << (is_normal(where.what) ? ", as after a crash or a power cut" : "") << '\n';
  if (!found.missing_batches.empty())
    out << "gap: " << persistence::missing_text(found.missing_batches) << '\n';
}

void print_verdict(std::ostream& out, const inspection& found) {
  switch (found.needed) {
  case remedy::none:
    out << (found.clean() ? "clean\n" : "usable as it is; see above\n");
    return;
  case remedy::set_aside:
    out << "--repair, or the next start, sets the damaged records aside in quarantine\n";
    return;
  case remedy::skip_log:
    out << "the log is damaged, or part of it is missing or may be: --repair keeps every batch "
           "that is whole "
           "(counted above)\n";
    return;
  case remedy::rebuild:
    out << "the database is damaged: --repair puts it together again from what can be read "
           "(counted above)\n";
    return;
  case remedy::beyond:
    out << "beyond repair: restore the directory from a copy. A proxy's may simply be removed, as "
           "may "
           "that of a node that has never given a ticket\n";
    return;
  }
}

} // namespace

void print(std::ostream& out, const std::string& directory, const inspection& found) {
  out << "data directory " << directory << '\n';
  print_owner(out, found);
  print_counts(out, found);
  print_records(out, "damaged", found.damaged, found.damaged_count);
  print_records(out, "quarantine", found.quarantined, found.quarantined_count);
  print_logs(out, found);
  for (const auto& problem : found.problems)
    out << "problem: " << problem << '\n';
  print_verdict(out, found);
}

void print(std::ostream& out, const persistence::repair_report& report) {
  for (const auto& sentence : report.done)
    out << "repair: " << sentence << '\n';
  for (const auto& sentence : report.lost)
    out << "lost: " << sentence << '\n';
}

} // namespace evenkeel::apps
