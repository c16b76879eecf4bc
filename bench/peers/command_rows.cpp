// Real commands, two at a time on one machine.
#include "bench/peers/batch.hpp"
#include "bench/peers/row.hpp"
#include "bench/peers/servers.hpp"
#include "bench/peers/spawning.hpp"

#include <csignal>
#include <fstream>

namespace evenkeel::bench {

namespace {

std::uint64_t number_of_commands(const run_context& run) {
  return run.pick<std::uint64_t>(3000, 40);
}

figures rate_of(std::uint64_t count, double seconds) {
  return {{"per_s", static_cast<double>(count) / seconds}};
}

/// So many lines, each an argument.
std::string write_arguments(const run_context& run, std::uint64_t count) {
  const auto file = run.here.directory() / "arguments";
  std::ofstream out{file};
  for (std::uint64_t i = 0; i < count; ++i)
    out << i << '\n';
  return file;
}

figures evenkeel(run_context& run) {
  const auto ports = start_evenkeel(run.here, 1, {"--slots", "2"});
  return {{"per_s", run_until_all_ended(ports.front(), number_of_commands(run),
                                        "SUBMIT -- /bin/true", run.here.stop())}};
}

figures bare(run_context& run) {
  return {{"per_s", spawn_rate(number_of_commands(run), 2)}};
}

figures xargs(run_context& run) {
  const auto count = number_of_commands(run);
  auto& all =
      run.here.start({"xargs", "-a", write_arguments(run, count), "-P2", "-n1", "/bin/true"});
  return rate_of(count, run.here.await_end(all));
}

/// A quarter of the commands: it takes milliseconds for each.
figures gnu_parallel(run_context& run) {
  const auto count = number_of_commands(run) / 4;
  auto& all = run.here.start(
      {"parallel", "--will-cite", "-j2", "-a", write_arguments(run, count), "/bin/true", "{}"},
      {"HOME=" + run.here.directory().string()});
  return rate_of(count, run.here.await_end(all));
}

/// Its server goes into the background by itself and ends only when it is told to.
class task_spooler {
public:
  explicit task_spooler(site& here) : here_(here) {}
  ~task_spooler() {
    const scenario::waiting regardless{[] {}}; // of Ctrl-C
    constexpr std::chrono::seconds end_time{10};
    try {
      if (loop_ != nullptr && !loop_->end()) // it would start the server again
        kill(-loop_->pid(), SIGKILL);
      auto& order = here_.start({"tsp", "-K"}, variables());
      static_cast<void>(regardless.until(end_time, [&] { return order.end().has_value(); }));
    } catch (const std::exception&) { // it is not installed
    }
  }
  task_spooler(const task_spooler&) = delete;
  task_spooler& operator=(const task_spooler&) = delete;

  double run(std::uint64_t count) {
    const auto loop = "for ((i = 0; i < " + std::to_string(count)
                      + "; ++i)); do tsp -n /bin/true >ids; done; tsp -w $(<ids)";
    if (find_program("tsp").empty())
      throw unavailable("tsp is not installed (scripts/install-deps bench)");
    here_.await_end(here_.start({"tsp", "-S", "2"}, variables()));
    loop_ = &here_.start({"bash", "-e", "-c", loop}, variables());
    return here_.await_end(*loop_);
  }

private:
  [[nodiscard]] std::vector<std::string> variables() const {
    const auto directory = here_.directory().string();
    return {"TS_SOCKET=" + directory + "/tsp.socket", "TMPDIR=" + directory,
            "TS_MAXFINISHED=100000"};
  }

  site& here_;
  scenario::process* loop_ = nullptr;
};

figures task_spooler_loop(run_context& run) {
  const auto count = number_of_commands(run) / 4;
  return rate_of(count, task_spooler{run.here}.run(count));
}

} // namespace

std::vector<row> command_rows() {
  const figure_name ours{"evenkeel", "per_s"};
  return {{"commands",
           {{"evenkeel", evenkeel},
            {"bare", bare},
            {"xargs", xargs},
            {"parallel", gnu_parallel},
            {"task-spooler", task_spooler_loop}},
           {{"commands (/bin/true), 2 at a time; bare posix_spawn",
             "/s",
             ours,
             figure_name{"bare", "per_s"},
             {goal::kind::ratio_at_least, 0.9}},
            {"the same; xargs -P2", "/s", ours, figure_name{"xargs", "per_s"}, {}},
            {"the same; GNU parallel -j2", "/s", ours, figure_name{"parallel", "per_s"}, {}},
            {"the same; task-spooler", "/s", ours, figure_name{"task-spooler", "per_s"}, {}}}}};
}

} // namespace evenkeel::bench
