#include "test/jobs/launched.hpp"

#include <doctest/doctest.h>

#include <array>
#include <csignal>

using namespace evenkeel::jobs;
using namespace evenkeel::jobs::test;

namespace {

constexpr auto no_grace = grace_time{0};
constexpr auto short_grace = grace_time{20};
constexpr auto endless_grace = std::chrono::hours(24);

/// Says that it is up, then waits to be stopped.
std::string waiting_job(const ear& told, const trap& forever) {
  return "echo up > " + told.path() + "; read x < " + forever.path();
}

/// The same with `at_term` run on SIGTERM. The shell waits for a child of its own, which the signal
/// ends too: one that waited in `read` itself would miss a signal that comes just before the call.
std::string trapping_job(const std::string& at_term, const ear& told, const trap& forever) {
  return "trap '" + at_term + "' TERM; sh -c '" + waiting_job(told, forever) + "' & wait";
}

} // namespace

TEST_CASE("a stop ends the whole process group with SIGTERM") {
  ear told;
  const trap forever;
  launched jobs;
  const auto token = jobs.start(command("exec 9> " + told.path() + "; sh -c 'echo up >&9; read x < "
                                        + forever.path() + "'; echo never"));
  CHECK(told.line() == "up");
  jobs.launcher().stop(token, endless_grace);
  const auto end = jobs.ended(token);
  CHECK(end.stopped);
  CHECK(end.signal == SIGTERM);
  CHECK(end.out == "");
  told.wait_until_released();
}

TEST_CASE("a job that ignores SIGTERM is killed after the grace") {
  ear told;
  const trap forever;
  launched jobs;
  const auto token = jobs.start(command("trap '' TERM; " + waiting_job(told, forever)));
  CHECK(told.line() == "up");
  jobs.launcher().stop(token, short_grace);
  const auto end = jobs.ended(token);
  CHECK(end.stopped);
  CHECK(end.signal == SIGKILL);
}

TEST_CASE("a second stop shortens the grace and never extends it") {
  ear told;
  const trap forever;
  launched jobs;
  const auto token = jobs.start(command("trap '' TERM; " + waiting_job(told, forever)));
  CHECK(told.line() == "up");
  jobs.launcher().stop(token, endless_grace);
  jobs.launcher().stop(token, short_grace);
  jobs.launcher().stop(token, endless_grace);
  CHECK(jobs.ended(token).signal == SIGKILL);
}

TEST_CASE("a stop without grace kills at once, even what ignores SIGTERM") {
  ear told;
  const trap forever;
  launched jobs;
  const auto token = jobs.start(command("trap '' TERM; " + waiting_job(told, forever)));
  CHECK(told.line() == "up");
  jobs.launcher().stop(token, no_grace);
  CHECK(jobs.ended(token).signal == SIGKILL);
}

TEST_CASE("a job that ends itself on SIGTERM keeps its own exit code and is marked stopped") {
  ear told;
  const trap forever;
  launched jobs;
  const auto token = jobs.start(command(trapping_job("echo bye; exit 7", told, forever)));
  CHECK(told.line() == "up");
  jobs.launcher().stop(token, endless_grace);
  const auto end = jobs.ended(token);
  CHECK(end.stopped);
  CHECK(end.signal == 0);
  CHECK(end.exit_code == 7);
  CHECK(end.out == "bye\n");
}

TEST_CASE("after a stop the rest of the group may use the grace to clean up") {
  ear told;
  const trap forever;
  launched jobs;
  // The outer shell dies of SIGTERM at once; the inner one still has something to say.
  auto request = command("sh -c \"$INNER\"; :");
  request.environment.emplace_back("INNER", trapping_job("echo cleaned; exit", told, forever));
  const auto token = jobs.start(std::move(request));
  CHECK(told.line() == "up");
  jobs.launcher().stop(token, endless_grace);
  const auto end = jobs.ended(token);
  CHECK(end.signal == SIGTERM);
  CHECK(end.out == "cleaned\n");
}

TEST_CASE("what is left of a stopped job's group is killed when the grace is over") {
  ear told;
  const trap forever;
  launched jobs;
  const auto token = jobs.start(command("exec 9> " + told.path()
                                        + "; sh -c 'trap \"\" TERM; echo up >&9; read x < "
                                        + forever.path() + "'; :"));
  CHECK(told.line() == "up");
  jobs.launcher().stop(token, short_grace);
  CHECK(jobs.ended(token).signal == SIGTERM);
  told.wait_until_released();
}

TEST_CASE("a suspended job is stopped as well") {
  ear told;
  const trap forever;
  launched jobs;
  const auto token = jobs.start(command(waiting_job(told, forever)));
  CHECK(told.line() == "up");
  REQUIRE(::kill(jobs.started(token).pid, SIGSTOP) == 0);
  jobs.launcher().stop(token, endless_grace);
  CHECK(jobs.ended(token).signal == SIGTERM);
}

TEST_CASE("a stop for a token that is not there does nothing") {
  launched jobs;
  jobs.launcher().stop(12345);
  CHECK(jobs.run(command("exit 0")).exit_code == 0);
}

TEST_CASE("stop_all stops all that runs and nothing that is started later") {
  std::array<ear, 3> told; // one each: a pipe whose last writer has gone stays at its end
  const trap forever;
  launched jobs;
  std::vector<std::uint64_t> tokens;
  for (auto& one : told) {
    tokens.push_back(jobs.start(command(waiting_job(one, forever))));
    CHECK(one.line() == "up");
  }
  jobs.launcher().stop_all(endless_grace);
  const auto later = jobs.start(command("echo later"));
  for (const auto token : tokens)
    CHECK(jobs.ended(token).stopped);
  const auto end = jobs.ended(later);
  CHECK_FALSE(end.stopped);
  CHECK(end.out == "later\n");
}

TEST_CASE("a launcher that goes kills what runs and tells every end") {
  ear told;
  const trap forever;
  launched jobs;
  const auto token = jobs.start(command("exec 9> " + told.path() + "; trap '' TERM; echo up >&9; "
                                        + "read x < " + forever.path()));
  CHECK(told.line() == "up");
  jobs.destroy_launcher();
  REQUIRE(jobs.has_ended(token));
  const auto end = jobs.ended(token);
  CHECK(end.stopped);
  CHECK(end.signal == SIGKILL);
  told.wait_until_released();
}
