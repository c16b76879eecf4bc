#include "actors/jobs/orphans.hpp"

#include "test/jobs/launched.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>

using namespace evenkeel::jobs;
using namespace evenkeel::jobs::test;

namespace {

constexpr auto patience = std::chrono::seconds(60);

/// A ledger id that no other run of this test has.
std::string new_ledger() {
  static int count = 0;
  return "test-" + std::to_string(::getpid()) + '-' + std::to_string(++count);
}

/// Processes that a dead node might have left: in sessions of their own, children of nobody here,
/// with `EVENKEEL_LEDGER` set. They go with the test at the latest, since they wait for `forever`.
struct left_behind {
  explicit left_behind(const std::string& ledger, int count = 1)
      : left_behind(ledger, count, "read x < ") {}
  /// `wait` and a path that cannot be read from while the test lasts: what they do.
  left_behind(const std::string& ledger, int count, const std::string& wait) {
    const auto waiting = "echo $$ >&9; " + wait + forever.path();
    auto request = command("exec 9> " + told.path() + "; for i in $(seq " + std::to_string(count)
                           + "); do setsid sh -c '" + waiting + "' > /dev/null 2>&1 & done; " +
                           // to be left by SIGKILL of the group before they have their own session
                           // would be a race: stay until all have spoken
                           "read x < " + release.path());
    request.environment = {{std::string(ledger_variable), ledger}};
    const auto token = jobs.start(request);
    for (int i = 0; i < count; ++i)
      pids.push_back(static_cast<pid_t>(std::stol(told.line())));
    std::ranges::sort(pids);
    jobs.launcher().stop(token, grace_time{0});
    jobs.ended(token);
  }

  ear told;
  trap forever;
  trap release;
  launched jobs;
  std::vector<pid_t> pids;
};

std::vector<pid_t> pids_of(const std::vector<orphan>& processes) {
  std::vector<pid_t> pids;
  pids.reserve(processes.size());
  for (const auto& one : processes)
    pids.push_back(one.identity.pid);
  std::ranges::sort(pids);
  return pids;
}

} // namespace

TEST_CASE("processes that detached themselves are found by the ledger in their environment") {
  const auto ledger = new_ledger();
  left_behind left(ledger, 3);
  const auto found = find_orphans(ledger);
  CHECK(pids_of(found) == left.pids);
  for (const auto& one : found) {
    CHECK(one.identity.boot_id == current_boot_id());
    CHECK(one.command.starts_with("sh -c echo $$"));
  }
  CHECK(pids_of(end_orphans(ledger, patience).ended) == left.pids);
}

TEST_CASE("R17: a process in the middle of an exec is found, too") {
  const auto ledger = new_ledger();
  left_behind left(ledger, 1, R"(export again="exec sh -c \"\$again\""; eval "$again"; : )");
  for (int look = 0; look < 300; ++look)
    CHECK(pids_of(find_orphans(ledger)) == left.pids);
  CHECK(pids_of(end_orphans(ledger, patience).ended) == left.pids);
}

TEST_CASE("orphans of another ledger, or of one whose id begins alike, are not found") {
  const auto ledger = new_ledger();
  left_behind left(ledger + "0");
  CHECK(find_orphans(ledger).empty());
  CHECK(end_orphans(ledger, patience).ended.empty());
  CHECK(pids_of(end_orphans(ledger + "0", patience).ended) == left.pids);
}

TEST_CASE("ended orphans are gone when the call returns") {
  const auto ledger = new_ledger();
  left_behind left(ledger, 5);
  const auto sweep = end_orphans(ledger, patience);
  CHECK(pids_of(sweep.ended) == left.pids);
  CHECK(sweep.remaining.empty());
  CHECK(find_orphans(ledger).empty());
  left.told.wait_until_released();
}

TEST_CASE("a running job of this process is no orphan") {
  const auto ledger = new_ledger();
  ear told;
  const trap forever;
  launched jobs;
  auto request = command("echo up > " + told.path() + "; read x < " + forever.path());
  request.environment = {{std::string(ledger_variable), ledger}};
  const auto token = jobs.start(request);
  CHECK(told.line() == "up");
  CHECK(find_orphans(ledger).empty());
  CHECK(end_orphans(ledger, patience).ended.empty());
  CHECK_FALSE(jobs.has_ended(token));
}

TEST_CASE("descendants of a live owner, and the owner itself, are no orphans") {
  const auto ledger = new_ledger();
  left_behind left(ledger, 2);
  CHECK(pids_of(find_orphans(ledger, {left.pids[0]})) == std::vector{left.pids[1]});
  CHECK(find_orphans(ledger, left.pids).empty());
  end_orphans(ledger, patience);
}

TEST_CASE("a process with the same pid and another start time is not touched") {
  const auto ledger = new_ledger();
  left_behind left(ledger);
  auto found = find_orphans(ledger);
  REQUIRE(found.size() == 1);
  auto former = found;
  former[0].identity.start_ticks -= 1;
  auto sweep = end_processes(former, patience);
  CHECK(sweep.ended.empty());
  CHECK(sweep.remaining.empty());
  CHECK(find_orphans(ledger).size() == 1);
  CHECK(end_processes(found, patience).ended.size() == 1);
}

TEST_CASE("a process of another boot is not touched") {
  const auto ledger = new_ledger();
  left_behind left(ledger);
  auto found = find_orphans(ledger);
  REQUIRE(found.size() == 1);
  auto former = found;
  former[0].identity.boot_id = "00000000-0000-0000-0000-000000000000";
  CHECK(end_processes(former, patience).ended.empty());
  CHECK(find_orphans(ledger).size() == 1);
  CHECK(end_processes(found, patience).ended.size() == 1);
}

TEST_CASE("a process that is gone already is in neither list") {
  const auto ledger = new_ledger();
  left_behind left(ledger);
  const auto found = find_orphans(ledger);
  REQUIRE(end_processes(found, patience).ended.size() == 1);
  const auto sweep = end_processes(found, patience);
  CHECK(sweep.ended.empty());
  CHECK(sweep.remaining.empty());
}

TEST_CASE("a started command's identity is the one that orphans are ended by") {
  const auto ledger = new_ledger();
  const trap forever;
  launched jobs;
  const auto token = jobs.start(command("read x < " + forever.path()));
  const auto started = jobs.started(token);
  const orphan same{{current_boot_id(), started.pid, started.start_ticks}, ""};
  CHECK(end_processes({same}, patience).ended.size() == 1);
  CHECK(jobs.ended(token).signal == SIGKILL);
}

TEST_CASE("the stat of a process whose name holds spaces and parentheses is read right") {
  ear told;
  const trap forever;
  launched jobs;
  const auto token = jobs.start(command("echo 'x) Z 1 (y' > /proc/$$/comm; echo up > " + told.path()
                                        + "; read x < " + forever.path()));
  CHECK(told.line() == "up");
  const auto started = jobs.started(token);
  const auto stat = read_process_stat(started.pid);
  REQUIRE(stat);
  CHECK(stat->parent == ::getpid());
  CHECK(stat->group == started.pid);
  CHECK(stat->start_ticks == started.start_ticks);
}

TEST_CASE("there is no stat of a process that does not exist") {
  CHECK_FALSE(read_process_stat(-1));
}
