// evenkeel sim: a whole cluster under a virtual clock, with faults, from a seed.
#include "apps/commands.hpp"
#include "scenario/quoted.hpp"
#include "simulator/simulation.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <iomanip>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace evenkeel::apps {

namespace {

constexpr const char* notes = R"(
A seed decides everything: how large the cluster is, how slow its parts are, which faults it meets
and when. What clients are told is checked against what they were promised: no ticket is lost, no
result changes, nothing that is submitted once starts twice, everything comes to an end after the
last fault, and nobody remembers it then. The same seed gives the same history on every machine.
From 50 nodes or 10000 jobs on, nothing else is drawn: 1 to 4 slots a node, jobs of about 0.1 s, a
client a node that submits a little more than its node can do, no faults unless they are named.
Exit status: 0; 1 if a promise was broken, and the command that replays it is printed; 2 for a wrong
option.

  evenkeel sim --seed 17
  evenkeel sim --count 1000
  evenkeel sim --seed 17 --nodes 5 --jobs 500 --faults kill-node,wipe-proxy
  evenkeel sim --seed 17 --trace | less
  evenkeel sim --nodes 1000 --jobs 1000000)";

constexpr std::size_t large_nodes = 50;
constexpr std::size_t large_jobs = 10'000;

struct sim_choice {
  std::uint64_t seed = 1;
  std::uint64_t count = 1;
  double minutes = 0;
  std::optional<std::size_t> nodes;
  std::optional<std::size_t> jobs;
  std::vector<std::string> faults;
  std::string check;
  bool trace = false;
};

bool is_large(const simulator::knobs& with) {
  return with.nodes >= large_nodes || with.jobs >= large_jobs;
}

/// Of this thread alone, so that a busy machine changes nothing.
std::int64_t cpu_ns() {
  constexpr std::int64_t ns_per_s = 1'000'000'000;
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * ns_per_s + now.tv_nsec;
}

std::optional<simulator::fault> fault_named(const std::string& name) {
  for (const auto one : simulator::all_faults())
    if (simulator::to_text(one) == name)
      return one;
  return std::nullopt;
}

/// One name of --faults.
CLI::Validator fault_name() {
  return {[](const std::string& name) {
            if (name == "none" || name == "all" || fault_named(name))
              return std::string{};
            auto text = "there is no " + scenario::quoted(name) + "; there are: none all";
            for (const auto one : simulator::all_faults())
              text += " " + simulator::to_text(one);
            return text;
          },
          ""};
}

/// What no option can see for itself. Throws what main takes for a wrong option.
void require_sense(const sim_choice& choice) {
  if (choice.count - 1 > std::numeric_limits<std::uint64_t>::max() - choice.seed)
    throw CLI::ValidationError("--seed",
                               "is too large for so many seeds: the last one is "
                                   + std::to_string(std::numeric_limits<std::uint64_t>::max()));
  for (const auto* alone : {"none", "all"})
    if (choice.faults.size() > 1
        && std::find(choice.faults.begin(), choice.faults.end(), alone) != choice.faults.end())
      throw CLI::ValidationError("--faults", std::string("\"") + alone + "\" stands alone");
}

simulator::knobs knobs_for(const sim_choice& choice, std::uint64_t seed) {
  auto knobs = simulator::draw_knobs(seed);
  if (choice.nodes)
    knobs.nodes = *choice.nodes;
  if (choice.jobs)
    knobs.jobs = *choice.jobs;
  if (is_large(knobs)) {
    knobs.faults.clear();
    simulator::make_large(knobs);
    knobs.clock_ns = cpu_ns;
  }
  if (!choice.check.empty())
    knobs.check =
        choice.check == "full" ? simulator::check_level::full : simulator::check_level::light;
  if (choice.faults.empty())
    return knobs;
  std::set<simulator::fault> named;
  for (const auto& name : choice.faults) {
    if (name == "all")
      named.insert(simulator::all_faults().begin(), simulator::all_faults().end());
    else if (name != "none")
      named.insert(*fault_named(name));
  }
  simulator::name_faults(knobs, named);
  return knobs;
}

std::string replay_of(const sim_choice& choice, std::uint64_t seed) {
  auto text = "evenkeel sim --seed " + std::to_string(seed);
  if (choice.nodes)
    text += " --nodes " + std::to_string(*choice.nodes);
  if (choice.jobs)
    text += " --jobs " + std::to_string(*choice.jobs);
  for (std::size_t i = 0; i < choice.faults.size(); ++i)
    text += (i == 0 ? " --faults " : ",") + choice.faults[i];
  if (!choice.check.empty())
    text += " --check " + choice.check;
  return text;
}

/// Sums over all seeds.
struct sums {
  std::uint64_t seeds = 0;
  simulator::report all;
  double real_s = 0;

  void add(const simulator::report& one) {
    ++seeds;
    for (const auto& [what, number] : one.faults)
      all.faults[what] += number;
    all.jobs += one.jobs;
    all.runs += one.runs;
    all.home_calls += one.home_calls;
    all.requests += one.requests;
    all.messages += one.messages;
    all.duplicates += one.duplicates;
    all.events += one.events;
    all.virtual_us += one.virtual_us;
    all.dispatch_ns += one.dispatch_ns;
  }
};

void row(const std::string& what, const std::string& value) {
  std::cout << std::left << std::setw(28) << what << std::right << std::setw(14) << value << '\n';
}

std::string decimal(double value, int digits) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

void print_table(const sums& of, std::optional<double> even) {
  const auto jobs = static_cast<double>(of.all.jobs);
  row("jobs acknowledged", std::to_string(of.all.jobs));
  row("processes started", std::to_string(of.all.runs));
  row("  of home calls", std::to_string(of.all.home_calls));
  row("requests of clients", std::to_string(of.all.requests));
  row("messages", std::to_string(of.all.messages));
  row("  a job", of.all.jobs == 0 ? "-" : decimal(static_cast<double>(of.all.messages) / jobs, 1));
  row("  that came twice", std::to_string(of.all.duplicates));
  if (of.all.dispatch_ns != 0 && of.all.jobs != 0)
    row("dispatch core, us a job",
        decimal(static_cast<double>(of.all.dispatch_ns) / 1e3 / jobs, 2));
  if (even)
    row("spread at most 1, % of time", decimal(*even * 100, 1));
  for (const auto& [what, number] : of.all.faults)
    row("fault " + simulator::to_text(what), std::to_string(number));
  row("events", std::to_string(of.all.events));
  row("virtual seconds", decimal(static_cast<double>(of.all.virtual_us) / 1e6, 1));
  row("real seconds", decimal(of.real_s, 2));
}

bool go_on(const sim_choice& choice, std::uint64_t done, double real_s) {
  if (done > std::numeric_limits<std::uint64_t>::max() - choice.seed)
    return false;
  return choice.minutes > 0 ? real_s < choice.minutes * 60 : done < choice.count;
}

int run(const sim_choice& choice) {
  using clock = std::chrono::steady_clock;
  require_sense(choice);
  const auto began = clock::now();
  sums total;
  std::optional<double> even;
  for (std::uint64_t done = 0; go_on(choice, done, total.real_s); ++done) {
    const auto seed = choice.seed + done;
    const auto knobs = knobs_for(choice, seed);
    if (choice.minutes == 0 && choice.count == 1)
      std::cout << "seed " << seed << ": " << describe(knobs);
    simulator::simulation world{knobs};
    world.trace = choice.trace ? &std::cout : nullptr;
    const auto result = world.run();
    total.add(result);
    total.real_s = std::chrono::duration<double>(clock::now() - began).count();
    even = total.seeds == 1 ? std::optional{result.even} : std::nullopt;
    if (!result.breach.empty()) {
      print_table(total, even);
      std::cout << "seed " << seed << " BROKE A PROMISE: " << result.breach
                << "\nreplay with: " << replay_of(choice, seed) << std::endl;
      return 1;
    }
  }
  print_table(total, even);
  std::cout << "every promise was kept, seeds " << choice.seed << " to "
            << choice.seed + total.seeds - 1 << std::endl;
  return 0;
}

} // namespace

void add_sim_command(CLI::App& app, action& chosen) {
  const auto choice = std::make_shared<sim_choice>();
  auto* command =
      app.add_subcommand("sim", "simulates whole clusters with faults, and checks every promise");
  command->add_option("--seed", choice->seed, "the first seed")
      ->envname("EVENKEEL_SEED")
      ->check(whole_number())
      ->capture_default_str();
  auto* count = command->add_option("--count", choice->count, "how many seeds, one after another")
                    ->envname("EVENKEEL_COUNT")
                    ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}))
                    ->capture_default_str();
  command->add_option("--minutes", choice->minutes, "run seeds for so long, instead of --count")
      ->envname("EVENKEEL_MINUTES")
      ->check(decimal_between(0.001, 1e6))
      ->excludes(count);
  command->add_option("--nodes", choice->nodes, "nodes [drawn from the seed]")
      ->envname("EVENKEEL_NODES")
      ->check(CLI::Range(1, 100'000));
  command->add_option("--jobs", choice->jobs, "jobs [drawn from the seed]")
      ->envname("EVENKEEL_JOBS")
      ->check(CLI::Range(1, 100'000'000));
  command->add_option("--faults", choice->faults, "which ones, or none or all [drawn]")
      ->envname("EVENKEEL_FAULTS")
      ->check(fault_name())
      ->delimiter(',');
  command
      ->add_option("--check", choice->check,
                   "full: invariants at every tick and every result asked for; light: a thousand "
                   "results [full; light for large clusters]")
      ->envname("EVENKEEL_CHECK")
      ->check(CLI::IsMember({"full", "light"}));
  command->add_flag("--trace", choice->trace, "print every message and event")
      ->envname("EVENKEEL_TRACE");
  command->footer(notes);
  command->immediate_callback(); // so that other subcommands' variables do not count
  command->callback([choice, &chosen] { chosen = [choice] { return run(*choice); }; });
}

} // namespace evenkeel::apps
