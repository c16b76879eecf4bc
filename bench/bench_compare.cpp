// Evenkeel and its peers side by side: one load, one clock, one table. docs/performance.md says
// what each row does and how the peers are configured.
#include "bench/peers/answering.hpp"
#include "bench/peers/machine.hpp"
#include "bench/peers/rounds.hpp"
#include "bench/peers/row.hpp"
#include "bench/peers/table.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>

namespace {

using namespace evenkeel;
using namespace evenkeel::bench;
namespace fs = std::filesystem;

std::atomic<bool> stop_asked{false};

void on_stop_signal(int /*number*/) {
  stop_asked = true;
}

void watch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  for (const int number : {SIGINT, SIGTERM, SIGHUP})
    sigaction(number, &action, nullptr);
}

struct choice {
  fs::path binary;
  fs::path directory;
  fs::path json;
  unsigned runs = 5;
  std::vector<std::string> rows;
  bool quick = false;
};

/// A directory of this program's runs; gone when this is.
class work_directory {
public:
  explicit work_directory(const fs::path& parent) {
    fs::create_directories(parent);
    auto pattern = (fs::absolute(parent) / "compare-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error("cannot make a directory in " + parent.string());
    path_ = pattern;
  }
  ~work_directory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  work_directory(const work_directory&) = delete;
  work_directory& operator=(const work_directory&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

private:
  fs::path path_;
};

std::vector<row> all_rows() {
  std::vector<row> all;
  for (auto some :
       {submission_rows(), roundtrip_rows(), command_rows(), resource_rows(), machine_rows()})
    std::ranges::move(some, std::back_inserter(all));
  return all;
}

std::vector<row> chosen_rows(const std::vector<std::string>& names) {
  auto all = all_rows();
  if (names.empty())
    return all;
  std::string known;
  for (const auto& one : all)
    known += " " + one.name;
  for (const auto& name : names)
    if (std::ranges::none_of(all, [&](const row& one) { return one.name == name; }))
      throw std::invalid_argument("there is no row \"" + name + "\"; there are:" + known);
  std::erase_if(all, [&](const row& one) { return std::ranges::count(names, one.name) == 0; });
  return all;
}

std::string today() {
  const auto now = std::time(nullptr);
  tm parts{};
  gmtime_r(&now, &parts);
  char text[sizeof "2026-01-01"];
  std::strftime(text, sizeof text, "%F", &parts);
  return text;
}

void keep_json(const fs::path& file, const std::string& text) {
  std::ofstream out{file};
  out << text << std::flush;
  if (!out)
    throw std::runtime_error("cannot write " + file.string());
}

int compare(const choice& chosen) {
  const auto rows = chosen_rows(chosen.rows);
  const work_directory work{chosen.directory};
  premises all{fs::absolute(chosen.binary), fs::read_symlink("/proc/self/exe"), work.path(), {}};
  all.wait.tend = [] {};
  all.wait.stop = &stop_asked;
  if (access(all.evenkeel.c_str(), X_OK) != 0)
    throw std::runtime_error("there is no program " + all.evenkeel.string());
  if (is_in_memory(work.path()))
    fmt::print(stderr, "{} is in memory: nothing is flushed to a disk there\n",
               work.path().string());
  if (!chosen.json.empty())
    keep_json(chosen.json, ""); // if it cannot be written, now rather than at the end
  const auto before = load_in_words();
  std::vector<row_results> results;
  for (const auto& one : rows)
    results.push_back(measure(one, all, chosen.runs, chosen.quick));
  const std::vector<std::string> remarks{
      fmt::format("{}, {} runs{}", today(), chosen.runs,
                  chosen.quick ? ", QUICK: these figures mean nothing" : ""),
      machine_in_words(work.path()), before + " before, " + load_in_words() + " at the end"};
  std::cout << as_table(results) << '\n';
  for (const auto& remark : remarks)
    std::cout << remark << ". ";
  std::cout << std::endl;
  if (!chosen.json.empty())
    keep_json(chosen.json, as_json(results, remarks));
  return 0;
}

/// The processes that answer; started by ourselves.
struct answering_choice {
  std::string peer;
  std::uint16_t port = 0;
  std::size_t count = 1;
};

void add_answering(CLI::App& app, answering_choice& how) {
  auto* workers = app.add_subcommand("workers", "")->group("");
  workers->add_option("peer", how.peer)->required();
  workers->add_option("port", how.port)->required();
  workers->add_option("count", how.count)->required();
  workers->callback([&how] { run_workers(how.peer, how.port, how.count); });
  auto* mock = app.add_subcommand("mock", "")->group("");
  mock->add_option("port", how.port)->required();
  mock->callback([&how] { run_mock(how.port); });
  auto* echo = app.add_subcommand("echo", "")->group("");
  echo->add_option("port", how.port)->required();
  echo->callback([&how] { run_echo(how.port); });
}

int run(int argc, char** argv) {
  const auto ourselves = fs::read_symlink("/proc/self/exe");
  choice chosen;
  chosen.binary = ourselves.parent_path() / "evenkeel";
  chosen.directory = ourselves.parent_path().parent_path();
  answering_choice answering;
  CLI::App app{"Evenkeel and its peers side by side; prints a Markdown table.", "bench_compare"};
  app.add_option("--binary", chosen.binary, "evenkeel")->capture_default_str();
  app.add_option("--directory", chosen.directory, "where all data is written, on a disk")
      ->capture_default_str();
  app.add_option("--runs", chosen.runs, "measurements of each, of which the median counts")
      ->check(CLI::Range(1U, 1000U))
      ->capture_default_str();
  app.add_option("--rows", chosen.rows, "only these, NAME,NAME...")->delimiter(',');
  app.add_flag("--quick", chosen.quick, "as short as can be: only to see that all works");
  app.add_option("--json", chosen.json, "file for all figures");
  add_answering(app, answering);
  CLI11_PARSE(app, argc, argv);
  watch_stop_signals();
  return compare(chosen);
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const scenario::interrupted&) {
    fmt::print(stderr, "bench_compare: interrupted\n");
    return 130;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_compare: {}\n", error.what());
    return 1;
  }
}
