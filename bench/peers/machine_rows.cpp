// What the machine and the load can do at most.
#include "bench/peers/loads.hpp"
#include "bench/peers/row.hpp"
#include "bench/peers/servers.hpp"
#include "bench/peers/spawning.hpp"
#include "bench/peers/talkers.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

namespace evenkeel::bench {

namespace {

constexpr std::size_t block_size = 4096;

/// A file of the site that is written front to back.
class block_file {
public:
  explicit block_file(const site& here)
      : file_(open((here.directory() / "blocks").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {}
  ~block_file() { close(file_); }
  block_file(const block_file&) = delete;
  block_file& operator=(const block_file&) = delete;

  void write(bool flushed) {
    if (::write(file_, block_.data(), block_.size()) != static_cast<ssize_t>(block_.size())
        || (flushed && fdatasync(file_) != 0))
      throw std::runtime_error("cannot write 4 KiB: " + std::generic_category().message(errno));
  }
  void rewind() { lseek(file_, 0, SEEK_SET); }

private:
  int file_;
  std::vector<char> block_ = std::vector<char>(block_size, 'x');
};

figures flush_rate(run_context& run, bool written_before) {
  const auto count = run.pick<std::uint64_t>(5000, 50);
  block_file file{run.here};
  if (written_before) {
    for (std::uint64_t i = 0; i < count; ++i)
      file.write(i + 1 == count);
    file.rewind();
  }
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < count; ++i) {
    file.write(true);
    run.here.around().wait.throw_if_stopped();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return {{"per_s", static_cast<double>(count) / took.count()}};
}

figures echo(run_context& run, std::size_t clients) {
  return timed_load(run, "echo", {start_answering(run.here, "echo")}, clients, echo_client);
}

figures spawning(run_context& run, std::size_t at_a_time) {
  return {{"per_s", spawn_rate(run.pick<std::uint64_t>(3000, 40), at_a_time)}};
}

figures mock(run_context& run, task what, std::size_t clients, std::size_t window) {
  return timed_load(
      run, "the mock server", {start_answering(run.here, "mock")}, clients,
      [what](std::uint32_t number) { return evenkeel_client(what, number, noop_job); }, window);
}

comparison limit(const std::string& measure, const std::string& name) {
  return {measure, "/s", {name, "per_s"}, {}, {}};
}

comparison cost(const std::string& measure, const std::string& name) {
  return {measure, "us", {name, "load_us"}, {}, {}};
}

row raw() {
  return {"raw",
          {{"growing", [](run_context& run) { return flush_rate(run, false); }},
           {"written-before", [](run_context& run) { return flush_rate(run, true); }},
           {"echo-1", [](run_context& run) { return echo(run, 1); }},
           {"echo-64", [](run_context& run) { return echo(run, 64); }},
           {"spawn-1", [](run_context& run) { return spawning(run, 1); }},
           {"spawn-2", [](run_context& run) { return spawning(run, 2); }}},
          {limit("fdatasync after each 4 KiB, growing file", "growing"),
           limit("the same, file written before", "written-before"),
           limit("loopback round trips of 100 bytes, 1 connection", "echo-1"),
           limit("the same, 64 connections", "echo-64"),
           limit("posix_spawn of /bin/true, 1 at a time", "spawn-1"),
           limit("the same, 2 at a time", "spawn-2")},
          true};
}

row ceiling() {
  return {"ceiling",
          {{"submit-64", [](run_context& run) { return mock(run, task::submit, 64, 1); }},
           {"submit-pipelined", [](run_context& run) { return mock(run, task::submit, 1, 4096); }},
           {"roundtrip-64", [](run_context& run) { return mock(run, task::roundtrip, 64, 1); }}},
          {limit("the load against a mock: submit-64", "submit-64"),
           limit("the load against a mock: submit-pipelined", "submit-pipelined"),
           limit("the load against a mock: roundtrip-64", "roundtrip-64"),
           cost("CPU time of the load per operation: submit-64", "submit-64"),
           cost("CPU time of the load per operation: submit-pipelined", "submit-pipelined"),
           cost("CPU time of the load per operation: roundtrip-64", "roundtrip-64")},
          true};
}

} // namespace

std::vector<row> machine_rows() {
  return {raw(), ceiling()};
}

} // namespace evenkeel::bench
