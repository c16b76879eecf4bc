// How soon a node or proxy with a full data directory answers again, and what a job costs in
// memory. Makes the directories through the real store and records, then measures each thing in a
// process of its own: a start as recover_node and recover_proxy do it, the heap per job in the
// cores alone, and, given the binary, the time from its start to its first answer.
//
//   bench_recovery --binary build/release/bin/evenkeel
#include "actors/core/dispatch_queue.hpp"
#include "actors/core/ticket_ledger.hpp"
#include "actors/start_node.hpp"
#include "actors/start_proxy.hpp"
#include "messages/ticket.hpp"
#include "persistence/codec.hpp"
#include "persistence/leveldb_store.hpp"
#include "persistence/recovery.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using namespace evenkeel;
using namespace evenkeel::persistence;
namespace fs = std::filesystem;
using steady = std::chrono::steady_clock;

const ledger_id home{0x1234, 0x5678};
const std::string home_code = ledger_code(home.high, home.low, 0);

struct choice {
  std::uint64_t jobs = 1'000'000;
  std::uint64_t results = 1'000'000;
  std::size_t payload = 100;
  std::string binary;
  std::string directory;
};

std::string payload_of(const choice& chosen, std::uint64_t i) {
  auto text = "echo " + std::to_string(i) + " ";
  while (text.size() < chosen.payload) // not too easy to compress
    text += std::to_string(text.size() * 2654435761U * (i + 1));
  text.resize(chosen.payload);
  return text;
}

double seconds_since(steady::time_point start) {
  return std::chrono::duration<double>(steady::now() - start).count();
}

std::uint64_t heap_bytes() {
  const auto heap = ::mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

std::unique_ptr<store> open_at(const std::string& directory) {
  auto result = open_leveldb_store(directory);
  if (!result.state.ok())
    throw std::runtime_error(result.state.text);
  return std::move(result.opened);
}

// -- making the directories
// ---------------------------------------------------------------------------------------

class filler {
public:
  explicit filler(const std::string& directory) : store_(open_at(directory)) {}
  void put(record::value content) {
    changes_.push_back(record::put(std::move(content)));
    if (changes_.size() == 1000)
      flush();
  }
  void flush() {
    if (auto done = store_->commit(encode(changes_), ++commits_ % 100 == 0); !done.ok())
      throw std::runtime_error(done.text);
    changes_.clear();
  }

private:
  std::unique_ptr<store> store_;
  std::vector<record::change> changes_;
  int commits_ = 0;
};

job_spec spec_of(const choice& chosen, std::uint64_t i) {
  job_spec spec;
  spec.text = payload_of(chosen, i);
  return spec;
}

constexpr std::int64_t some_ms = 1'795'461'387'000;

void fill_node(const choice& chosen, const std::string& directory) {
  filler to(directory);
  to.put(record::identity{home, home_code, 3, 1});
  for (std::uint64_t i = 1; i <= chosen.results; ++i) {
    job_result result;
    result.attempt = 1;
    result.assigned = {1, i};
    result.started_ms = result.ended_ms = some_ms + 1000;
    result.node = "some-node";
    result.out = payload_of(chosen, i);
    to.put(record::finished_job{i,
                                some_ms,
                                job_kind::command,
                                false,
                                0,
                                payload_of(chosen, i).substr(0, 80),
                                result,
                                {},
                                {}});
  }
  for (auto i = chosen.results + 1; i <= chosen.results + chosen.jobs; ++i) {
    record::open_job job;
    job.sequence = i;
    job.submitted_ms = some_ms;
    job.spec = spec_of(chosen, i);
    to.put(job);
  }
  to.flush();
}

void fill_proxy(const choice& chosen, const std::string& directory) {
  filler to(directory);
  to.put(record::proxy_identity{3, true});
  to.put(record::member{home, home_code, "some-node", {3, 4}, 4, "127.0.0.1:9000"});
  for (std::uint64_t i = 1; i <= chosen.jobs; ++i) {
    record::cluster_job job;
    job.job = {home, i};
    job.submitted_ms = some_ms;
    job.spec = spec_of(chosen, i);
    to.put(job);
  }
  to.flush();
}

// -- measuring
// -----------------------------------------------------------------------------------------

/// In a process of its own, so that nothing else is in its heap.
void apart(const std::function<void()>& measure) {
  std::fflush(stdout);
  const auto child = ::fork();
  if (child == 0) {
    try {
      measure();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "bench_recovery: %s\n", error.what());
      std::_Exit(1);
    }
    std::fflush(stdout);
    std::_Exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (status != 0)
    throw std::runtime_error("a measurement failed");
}

double cpu_seconds(const rusage& use) {
  const auto in_seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return in_seconds(use.ru_utime) + in_seconds(use.ru_stime);
}

double cpu_seconds() {
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  return cpu_seconds(use);
}

double resident_mib() {
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  return static_cast<double>(use.ru_maxrss) / 1024;
}

void print_per_job(const char* what, std::uint64_t bytes, std::uint64_t jobs,
                   const choice& chosen) {
  const auto each = static_cast<double>(bytes) / static_cast<double>(jobs);
  std::printf("%s: %.0f bytes of heap each, %.0f beyond a payload of %zu\n", what, each,
              each - static_cast<double>(chosen.payload), chosen.payload);
}

void time_node(const std::string& directory) {
  node_options options;
  options.name = "some-node";
  options.data_directory = directory;
  const auto start = steady::now();
  const auto node = recover_node(options);
  std::printf("node recovered in %.2f s, %.2f s of CPU, %.0f MiB resident at most\n",
              seconds_since(start), cpu_seconds(), resident_mib());
}

void time_proxy(const std::string& directory) {
  proxy_options options;
  options.data_directory = directory;
  const auto start = steady::now();
  const auto proxy = recover_proxy(options);
  std::printf("proxy recovered in %.2f s, %.2f s of CPU, %.0f MiB resident at most\n",
              seconds_since(start), cpu_seconds(), resident_mib());
}

void weigh_ledger(const choice& chosen, const std::string& directory) {
  core::ticket_ledger ledger{{}};
  std::uint64_t before = heap_bytes();
  std::uint64_t between = 0;
  open_report report;
  auto from = open_at(directory);
  const auto done = recover(
      *from,
      [&](record::value&& content) {
        if (std::holds_alternative<record::open_job>(content) && between == 0)
          between = heap_bytes();
        else if (std::holds_alternative<record::finished_job>(content)
                 && ledger.finished_jobs() == 0)
          before = heap_bytes();
        ledger.recover(content);
      },
      report);
  if (!done.ok())
    throw std::runtime_error(done.text);
  const auto after = heap_bytes();
  print_per_job("open job at home", after - between, chosen.jobs, chosen);
  std::printf("kept result at home: %.0f bytes of heap each, with 80 bytes of its command\n",
              static_cast<double>(between - before) / static_cast<double>(chosen.results));
}

void weigh_queue(const choice& chosen, const std::string& directory) {
  core::dispatch_queue queue{{}};
  open_report report;
  {
    auto from = open_at(directory);
    const auto done = recover(
        *from, [&](record::value&& content) { queue.recover(content); }, report);
    if (!done.ok())
      throw std::runtime_error(done.text);
  }
  const auto empty = [] {
    core::dispatch_queue none{{}};
    return heap_bytes();
  };
  const auto held = heap_bytes();
  core::instant now{0, some_ms};
  core::dispatch_effects effects;
  queue.on_epoch({4, 5}, false, now, effects);
  for (int i = 0; i < 600; ++i) { // 30 seconds: the grace is over, and all jobs are in the queue
    now.steady_us += 50'000;
    queue.on_tick(now, effects);
  }
  const auto queued = heap_bytes();
  queue = core::dispatch_queue{{}};
  const auto without = empty();
  print_per_job("job at the proxy, held after a restart", held - without, chosen.jobs, chosen);
  print_per_job("job at the proxy, queued", queued - without, chosen.jobs, chosen);
}

std::uint16_t free_port() {
  boost::asio::io_context context;
  boost::asio::ip::tcp::acceptor some(context, {boost::asio::ip::address_v4::loopback(), 0});
  return some.local_endpoint().port();
}

/// Its first line of reply; empty while nobody listens.
std::string ask(std::uint16_t port, const std::string& request) {
  boost::asio::ip::tcp::iostream stream("127.0.0.1", std::to_string(port));
  stream << request << '\n' << std::flush;
  std::string line;
  std::getline(stream, line);
  return line;
}

void time_process(const choice& chosen, const std::string& directory) {
  const auto port = std::to_string(free_port());
  const auto proxy_port = std::to_string(free_port());
  const auto start = steady::now();
  const auto child = ::fork();
  if (child == 0) {
    ::execl(chosen.binary.c_str(), "evenkeel", "node", "127.0.0.1", proxy_port.c_str(), "--name",
            "some-node", "--data", directory.c_str(), "--client-port", port.c_str(), "--retention",
            "36500", "--log-level", "off", nullptr);
    std::_Exit(127);
  }
  const auto question = "STATUS " + to_text(ticket{home_code, chosen.results});
  std::string reply;
  while (reply.empty() && ::waitpid(child, nullptr, WNOHANG) == 0) {
    reply = ask(static_cast<std::uint16_t>(std::stoi(port)), question);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const auto waited = seconds_since(start);
  ::kill(child, SIGKILL);
  rusage use{};
  ::wait4(child, nullptr, 0, &use);
  std::printf("process answered after %.2f s, %.2f s of CPU: %s\n", waited, cpu_seconds(use),
              reply.c_str());
}

void run(const choice& chosen) {
  const auto node = chosen.directory + "/node";
  const auto proxy = chosen.directory + "/proxy";
  apart([&] { fill_node(chosen, node); });
  apart([&] { fill_proxy(chosen, proxy); });
  std::printf("%lu open jobs, %lu results\n", chosen.jobs, chosen.results);
  for (int i = 0; i < 3; ++i)
    apart([&] { time_node(node); });
  apart([&] { weigh_ledger(chosen, node); });
  for (int i = 0; i < 3; ++i)
    apart([&] { time_proxy(proxy); });
  apart([&] { weigh_queue(chosen, proxy); });
  if (!chosen.binary.empty())
    for (int i = 0; i < 3; ++i)
      time_process(chosen, node);
}

} // namespace

int main(int argc, char** argv) {
  choice chosen;
  CLI::App app{"Times the recovery of full data directories, and weighs what a job costs."};
  app.add_option("--jobs", chosen.jobs, "open jobs")->capture_default_str();
  app.add_option("--results", chosen.results, "kept results")->capture_default_str();
  app.add_option("--payload", chosen.payload, "bytes of each command and output")
      ->capture_default_str();
  app.add_option("--binary", chosen.binary, "evenkeel, to time a whole process as well");
  bool quick = false;
  app.add_flag("--quick", quick, "with 1,000 of each: only to see that all works");
  CLI11_PARSE(app, argc, argv);
  if (quick)
    chosen.jobs = chosen.results = 1000;
  auto pattern = (fs::temp_directory_path() / "evenkeel-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    return 1;
  chosen.directory = pattern;
  int status = 0;
  try {
    run(chosen);
  } catch (const std::exception& error) {
    std::cerr << "bench_recovery: " << error.what() << '\n';
    status = 1;
  }
  fs::remove_all(chosen.directory);
  return status;
}
