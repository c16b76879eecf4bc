#include "scenario/runner.hpp"

#include "scenario/certificates.hpp"
#include "scenario/end_checks.hpp"
#include "scenario/environment.hpp"
#include "scenario/expectations.hpp"
#include "scenario/leftovers.hpp"
#include "scenario/questions.hpp"
#include "scenario/world.hpp"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <ostream>
#include <stdexcept>
#include <utility>

namespace evenkeel::scenario {

namespace {

using clock = std::chrono::steady_clock;

constexpr milliseconds submit_time{60'000};

double seconds_since(clock::time_point begin) {
  return std::chrono::duration<double>(clock::now() - begin).count();
}

/// Carries out one step after another.
class executor_of_steps {
public:
  explicit executor_of_steps(world& all) : all_(all) {}

  void operator()(const process_step& step) const {
    auto& processes = all_.processes;
    switch (step.what) {
      case process_verb::start: start(step); break;
      case process_verb::restart: restart(step); break;
      case process_verb::stop: processes.stop(step.names); break;
      case process_verb::kill: processes.kill(step.names); break;
      case process_verb::freeze: processes.freeze(step.names); break;
      case process_verb::thaw: processes.thaw(step.names); break;
      case process_verb::wipe: each(step, [&](const auto& name) { processes.wipe(name); }); break;
      case process_verb::cut:
        each(step, [&](const auto& name) { processes.cut(name, step.cut); });
        break;
      case process_verb::heal: each(step, [&](const auto& name) { processes.heal(name); }); break;
    }
  }

  void operator()(const spawn_step& step) const {
    for (const auto& name : step.names)
      all_.processes.spawn(name, step.host, step.options);
  }

  void operator()(const despawn_step& step) const {
    for (const auto& name : step.names)
      all_.processes.despawn(name);
  }

  /// Every job is acknowledged when this is over. What was not answered may have been taken.
  void operator()(const submit_step& step) const {
    for (std::size_t i = 0; i < step.homes.size(); ++i) {
      const auto share = step.count / step.homes.size() + (i < step.count % step.homes.size());
      submit(step.homes[i], share, step.job);
    }
  }

  void operator()(const load_step& step) const {
    all_.background.reset();
    if (step.clients > 0)
      all_.background =
          std::make_unique<load>(step, all_.processes, all_.book, all_.errors, all_.random());
  }

  void operator()(const pause_step& step) const { all_.wait.pause(step.time); }
  void operator()(const expect_step& step) const { await(step, all_); }

private:
  template <class Action>
  static void each(const process_step& step, Action&& action) {
    for (const auto& name : step.names)
      action(name);
  }

  void start(const process_step& step) const {
    each(step, [&](const auto& name) {
      auto options = step.tls ? tls_options(all_.directory, name) : std::vector<std::string>{};
      options.insert(options.end(), step.options.begin(), step.options.end());
      all_.processes.start(kind_of(step, name), name, options, step.supervised);
    });
  }

  void restart(const process_step& step) const {
    auto names = step.names;
    if (step.any_order)
      std::shuffle(names.begin(), names.end(), all_.random);
    for (const auto& name : names) {
      if (all_.processes.running(name)) {
        if (all_.processes.frozen(name))
          all_.processes.thaw({name});
        all_.processes.stop({name});
      }
      all_.processes.start_again(name);
    }
  }

  void submit(const std::string& home, std::size_t count, const std::string& job) const {
    std::string trouble = "it refuses";
    const auto place = all_.processes.node(home);
    const bool so = all_.wait.until(submit_time, [&] {
      const auto before = all_.book.tickets();
      try {
        count = submit_jobs(*place, count, job, all_.book, in_a_moment());
      } catch (const client::connection_lost& lost) {
        trouble = lost.what();
        count -= std::min(count, all_.book.tickets() - before);
      }
      return count == 0;
    });
    if (!so)
      throw failure(std::to_string(count) + " jobs were not taken at " + home + ": " + trouble);
  }

  world& all_;
};

void note(std::ostream* log, const std::string& line, const std::string& text, double seconds) {
  if (log != nullptr)
    *log << std::setw(6) << line << std::setw(9) << std::fixed << std::setprecision(2) << seconds
         << " s  " << text << std::endl;
}

std::string summary(const error_counts& errors) {
  std::string text;
  for (const auto& [code, number] : errors.counts())
    text += (text.empty() ? "" : " ") + code + "=" + std::to_string(number);
  return text;
}

void run_in(world& all, const script& what, std::ostream* log, outcome& result) {
  const executor_of_steps execute{all};
  for (const auto& step : what.steps) {
    const auto begin = clock::now();
    result.line = step.line;
    result.step = step.text;
    std::visit(execute, step.what);
    note(log, std::to_string(step.line), step.text, seconds_since(begin));
  }
  const auto begin = clock::now();
  result.line = 0;
  result.step = "the checks at the end";
  result.unasked = check_end(all);
  note(log, "end", "every check", seconds_since(begin));
}

} // namespace

outcome run(const script& what, const run_settings& settings) {
  outcome result;
  result.step = "the beginning";
  const auto begin = clock::now();
  result.directory = make_directory();
  install_mark(result.directory);
  try {
    world all{settings.binary, result.directory, what.hosts, settings.seed};
    all.wait.patience = settings.patience;
    all.wait.stop = settings.stop;
    try {
      run_in(all, what, settings.log, result);
    } catch (const interrupted& error) {
      result.interrupted = true;
      result.problem = error.what();
    } catch (const std::exception& error) {
      result.problem = error.what();
    }
    result.tickets = all.book.tickets();
    result.errors = summary(all.errors);
  } catch (const std::exception& error) {
    result.problem = error.what(); // hosts could not be made
  }
  end_leftovers(result.directory);
  result.seconds = seconds_since(begin);
  if (!settings.keep && (result.problem.empty() || result.interrupted)) {
    std::filesystem::remove_all(result.directory);
    result.directory.clear();
  }
  return result;
}

} // namespace evenkeel::scenario
