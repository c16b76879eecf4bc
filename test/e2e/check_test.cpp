// evenkeel check, on what real processes leave behind.
#include "cluster.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace evenkeel::test;

namespace {

/// Exit status; `log` becomes what went to stderr.
int check(const std::vector<std::string>& options, std::string* log = nullptr) {
  std::vector<std::string> arguments{"check"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  process run{arguments};
  const auto status = run.wait();
  if (log != nullptr)
    *log = run.log();
  return status;
}

/// In every log of a database that has held some jobs.
void damage_logs(const std::filesystem::path& directory) {
  constexpr std::streamoff among_the_jobs = 2000;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    if (entry.path().extension() == ".log") {
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(among_the_jobs);
      file << "damage";
    }
}

} // namespace

TEST_CASE("check refuses a directory in use and finds that of a killed node clean") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  all.submit("a", 10, "SUBMIT -- true");
  std::string log;
  CHECK(check({"--data", all.data("a").string()}, &log) == 1);
  CHECK(log.find("is in use by another process (pid ") != std::string::npos);
  all.kill("a");
  CHECK(check({"--data", all.data("a").string()}) == 0);
  CHECK(check({"--data", all.data("nowhere").string()}) == 1);
  CHECK(check({"--data", all.data("a").string(), "--frobnicate"}) == 2);
  CHECK(check({}) == 2);
}

TEST_CASE("a node whose log is damaged says how to repair it and starts after that") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  all.submit("a", 100, "SUBMIT -- sleep 1000");
  all.kill("a");
  damage_logs(all.data("a"));
  const auto data = all.data("a").string();
  process refused{{"node", "--name", "a", "--data", data, "--client-port", "0"}};
  CHECK(refused.wait() == 1);
  CHECK(refused.log().find("evenkeel check --data " + data) != std::string::npos);
  CHECK(check({"--data", data}) == 1);
  CHECK(check({"--data", data, "--repair"}) == 0);
  CHECK(std::filesystem::is_directory(data + ".before-repair"));
  CHECK(check({"--data", data}) == 0);
  all.start_node("a");
  auto client = all.connect("a");
  CHECK(client.ask("SUBMIT -- true").starts_with("+OK ticket="));
}

TEST_CASE("a node whose newest log is missing says so and gives no ticket a second time") {
  cluster all;
  all.start_proxy();
  all.start_node("a");
  all.kill("a");
  all.start_node("a"); // its identity is in a table now
  auto given = all.submit("a", 20, "SUBMIT -- sleep 1000");
  all.kill("a");
  const auto data = all.data("a").string();
  std::vector<std::filesystem::path> logs;
  for (const auto& entry : std::filesystem::directory_iterator(data))
    if (entry.path().extension() == ".log")
      logs.push_back(entry.path());
  for (const auto& log : logs)
    std::filesystem::remove(log);
  process refused{{"node", "--name", "a", "--data", data, "--client-port", "0"}};
  CHECK(refused.wait() == 1);
  CHECK(refused.log().find("its newest log is missing") != std::string::npos);
  CHECK(check({"--data", data}) == 1);
  CHECK(check({"--data", data, "--repair"}) == 0);
  CHECK(check({"--data", data}) == 0);
  all.start_node("a");
  for (const auto& ticket : all.submit("a", 20, "SUBMIT -- true"))
    CHECK(std::find(given.begin(), given.end(), ticket) == given.end());
}
