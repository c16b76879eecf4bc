// evenkeel scenario: scripts of faults against real processes on this machine.
#include "apps/commands.hpp"
#include "apps/scenario_judges.hpp"
#include "scenario/hosts.hpp"
#include "scenario/probe.hpp"
#include "scenario/quoted.hpp"
#include "scenario/runner.hpp"
#include "scenario/script_file.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace evenkeel::apps {

namespace {

constexpr int exit_syntax = 2;
constexpr int exit_skipped = 77;
constexpr int exit_interrupted = 130;

constexpr const char* notes = R"(
A script is a file of lines like these; docs/scenarios.md has them all:

  start proxy --lease 1000 --grace 3000   # options go to the process
  start a b c --slots 2                   # nodes
  submit 50 to a: SUBMIT -- mark; sleep 0.1
  load 4: SLEEP 20                        # clients that go on submitting; load off
  start host h1                           # spawn d on h1; despawn d
  kill b                                  # -9; stop is SIGTERM; also freeze and thaw
  restart b                               # same port, same data; wipe b first: no data
  cut c out                               # a silent link, until heal c; needs root
  pause 2s
  expect nodes live=3 within 10s          # looked at until it is so
  expect results
  expect marks each <= 2                  # how often each job has called `mark`

At its end every script checks: each acknowledged ticket has one result, the same at all times and
at every node; no job is left; every process ends by SIGTERM; nothing is left running.
Exit status: 0; 1 if something was not as expected (the directory with the logs is kept and named);
2 for a mistake in the script or an option, nothing was started; 77 if it cuts links and cannot do so here.

  evenkeel scenario mine.scenario --verbose
  evenkeel scenario test/scenarios/*.scenario --repeat 50)";

std::atomic<bool> stop_asked{false};

void on_stop_signal(int /*number*/) {
  stop_asked = true;
}

void watch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

struct scenario_choice {
  std::vector<std::string> files;
  std::string binary;
  std::uint64_t seed = 1;
  std::uint64_t repeat = 1;
  double patience = 1;
  bool keep = false;
  bool verbose = false;
};

bool is_this_one(const std::filesystem::path& binary) {
  std::error_code error;
  return std::filesystem::equivalent(binary, "/proc/self/exe", error);
}

/// The binary to start. Throws what main takes for a wrong option.
std::filesystem::path binary_of(const scenario_choice& choice) {
  const std::string name = choice.binary.empty() ? "/proc/self/exe" : choice.binary;
  const auto require = [&name](bool so, const std::string& trouble) {
    if (!so)
      throw CLI::ValidationError("--binary", scenario::quoted(name) + trouble);
  };
  std::error_code error;
  auto path = std::filesystem::canonical(name, error);
  require(!error, " cannot be started: " + error.message());
  require(std::filesystem::is_regular_file(path, error), " is not a file");
  require(access(path.c_str(), X_OK) == 0, " may not be executed");
  require(is_this_one(path) || scenario::version_of(path).starts_with("evenkeel "),
          " is no evenkeel: with --version it does not say so");
  return path;
}

void require_room_for_seeds(const scenario_choice& choice) {
  if (choice.repeat - 1 > std::numeric_limits<std::uint64_t>::max() - choice.seed)
    throw CLI::ValidationError("--seed", "is too large for so many repetitions: it goes up to "
                                         "18446744073709551615");
}

/// "mine.scenario:7: "; line 0 is the whole script.
std::string place(const std::string& file, int line) {
  return file + ":" + (line > 0 ? std::to_string(line) + ":" : "") + " ";
}

void print(const std::string& file, std::uint64_t seed, const scenario::outcome& result) {
  std::cout << file << ": passed in " << std::fixed << std::setprecision(1) << result.seconds
            << " s, seed " << seed << ", " << result.tickets << " tickets";
  if (result.unasked > 0)
    std::cout << ", " << result.unasked << " of them at nodes that are down";
  if (!result.errors.empty())
    std::cout << "; clients saw " << result.errors;
  if (!result.directory.empty())
    std::cout << "; logs in " << result.directory.string();
  std::cout << std::endl;
}

void print_failure(const std::string& file, std::uint64_t seed, const scenario::outcome& result) {
  std::cout << place(file, result.line) << result.step << ": " << result.problem << " [seed "
            << seed;
  if (!result.directory.empty())
    std::cout << ", logs in " << result.directory.string();
  std::cout << "]" << std::endl;
}

class scenarios {
public:
  explicit scenarios(const scenario_choice& choice) : choice_(choice) {
    require_room_for_seeds(choice);
    settings_.binary = binary_of(choice);
    settings_.patience = choice.patience;
    settings_.keep = choice.keep;
    settings_.log = choice.verbose ? &std::cout : nullptr;
    settings_.stop = &stop_asked;
  }

  int run() {
    // Another binary may have other options, and jobs that this one does not know.
    const auto judges =
        is_this_one(settings_.binary) ? judges_of_this_binary() : scenario::judges{};
    std::vector<scenario::script> scripts;
    for (const auto& file : choice_.files) {
      try {
        scripts.push_back(scenario::read_script(file, judges));
      } catch (const scenario::syntax_error& error) {
        std::cerr << place(file, error.line) << error.what() << '\n';
        return exit_syntax;
      }
    }
    watch_stop_signals();
    for (std::uint64_t i = 0; i < choice_.repeat; ++i)
      for (std::size_t n = 0; n < scripts.size(); ++n)
        if (const auto status = run(choice_.files[n], scripts[n], choice_.seed + i); status != 0)
          return status;
    return ran_ ? 0 : exit_skipped;
  }

private:
  int run(const std::string& file, const scenario::script& script, std::uint64_t seed) {
    if (script.hosts && !obstacle_)
      obstacle_ = scenario::hosts::obstacle();
    if (script.hosts && !obstacle_->empty()) {
      std::cout << file << ": skipped: " << *obstacle_ << std::endl;
      return 0;
    }
    ran_ = true;
    settings_.seed = seed;
    const auto result = scenario::run(script, settings_);
    if (result.problem.empty()) {
      print(file, seed, result);
      return 0;
    }
    print_failure(file, seed, result);
    return result.interrupted ? exit_interrupted : 1;
  }

  const scenario_choice& choice_;
  scenario::run_settings settings_;
  std::optional<std::string> obstacle_; ///< to cutting links, once asked for
  bool ran_ = false;
};

} // namespace

void add_scenario_command(CLI::App& app, action& chosen) {
  const auto choice = std::make_shared<scenario_choice>();
  auto* command =
      app.add_subcommand("scenario", "runs scripts of faults against real processes, and checks");
  command->add_option("file", choice->files, "scripts, one after another")->required();
  command->add_option("--repeat", choice->repeat, "so many times, until one fails")
      ->envname("EVENKEEL_REPEAT")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}))
      ->capture_default_str();
  command
      ->add_option("--seed", choice->seed,
                   "for what is left to chance; one more with each repetition")
      ->envname("EVENKEEL_SEED")
      ->check(whole_number())
      ->capture_default_str();
  command->add_option("--patience", choice->patience, "every deadline times this")
      ->envname("EVENKEEL_PATIENCE")
      ->check(decimal_between(0.01, 1000))
      ->capture_default_str();
  command->add_option("--binary", choice->binary, "the evenkeel to start [this one]")
      ->envname("EVENKEEL_BINARY");
  command->add_flag("--keep", choice->keep, "keep the directory with logs and data")
      ->envname("EVENKEEL_KEEP");
  command->add_flag("--verbose", choice->verbose, "print every step and how long it took")
      ->envname("EVENKEEL_VERBOSE");
  command->footer(notes);
  command->immediate_callback(); // so that other subcommands' variables do not count
  command->callback([choice, &chosen] { chosen = [choice] { return scenarios{*choice}.run(); }; });
}

} // namespace evenkeel::apps
