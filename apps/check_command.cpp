// evenkeel check: what is in a data directory, what is wrong with it, and its repair.
#include "apps/check_report.hpp"
#include "apps/commands.hpp"
#include "persistence/inspection.hpp"
#include "persistence/repair.hpp"

#include <chrono>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace evenkeel::apps {

namespace {

constexpr int exit_found_something = 1;
constexpr const char* notes = R"(
Stop the node or proxy first: a directory in use is refused. Without --repair or --drop-quarantine
not a byte in the directory changes.

What is found: damaged records; records in quarantine (damaged ones that a start set aside); gaps
in the numbers of synced batches, at their end too; damaged or zeroed stretches of the log, by file
and byte. A log whose end was never acknowledged is what a crash leaves, and only noted.

--repair does the least that makes the directory usable: it sets damaged records aside; keeps what
is whole of a damaged log; or puts the database together again from what can be read. Before the last
two it copies the directory to DIR.before-repair (or -2, -3: no copy is overwritten), and it says
what may be lost.

Exit status: 0 clean, or repaired; 1 if anything was found (a quarantine that is not empty as well),
or if the directory cannot be looked at or repaired; 2 for a wrong option.

  evenkeel check --data ./evenkeel-data/a
  evenkeel check --data ./evenkeel-data/a --repair
  evenkeel check --data ./evenkeel-data/a --drop-quarantine)";

struct check_choice {
  std::string directory;
  bool repair = false;
  bool drop_quarantine = false;
};

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

void insist(const persistence::status& state) {
  if (!state.ok())
    throw std::runtime_error(state.text);
}

void repair(const std::string& directory, const persistence::inspection& found) {
  const auto report = persistence::repair(directory, found, now_ms());
  print(std::cout, report);
  insist(report.state);
}

void drop_quarantine(const std::string& directory) {
  std::uint64_t count = 0;
  insist(persistence::empty_quarantine(directory, count));
  std::cout << "dropped " << count << " records from the quarantine\n";
}

int run(const check_choice& choice) {
  auto found = persistence::inspect(choice.directory);
  insist(found.state);
  print(std::cout, choice.directory, found);
  if (choice.repair)
    repair(choice.directory, found);
  if (choice.drop_quarantine) {
    drop_quarantine(choice.directory);
    found.quarantined_count = 0;
  }
  return found.clean() || choice.repair ? 0 : exit_found_something;
}

} // namespace

void add_check_command(CLI::App& app, action& chosen) {
  const auto choice = std::make_shared<check_choice>();
  auto* command = app.add_subcommand("check", "looks for damage in a data directory; repairs it");
  command->add_option("--data", choice->directory, "the directory of a stopped node or proxy")
      ->envname("EVENKEEL_DATA")
      ->check(not_empty())
      ->required();
  command->add_flag("--repair", choice->repair, "make it usable again; says what may be lost");
  command->add_flag("--drop-quarantine", choice->drop_quarantine,
                    "erase the records that were set aside");
  command->footer(notes);
  command->immediate_callback(); // so that other subcommands' variables do not count
  command->callback([choice, &chosen] { chosen = [choice] { return run(*choice); }; });
}

} // namespace evenkeel::apps
